import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '#src/accounts/ports.ts';
import { createThrottle, type Throttle, type ThrottlePolicy } from '#src/accounts/throttle.ts';
import { subscriberOf } from '#src/kernel/networks.ts';
import type { Store } from '#src/kernel/store.ts';
import { allCollections } from '#src/storage/collections.ts';
import { openSqliteStore } from '#src/storage/sqlite/sqlite-store.ts';
import { caller } from '#test/support/account-world.ts';
import { TestClock } from '#test/support/test-clock.ts';

const policy = {
  accountAndNetwork: [
    { points: 2, seconds: 60 },
    { points: 3, seconds: 3600 },
  ],
  accountAndBrowser: [{ points: 2, seconds: 60 }],
  network: [{ points: 6, seconds: 60 }],
  account: [{ points: 4, seconds: 60 }],
};

let clock: TestClock;
let store: Store;
beforeEach(async () => {
  clock = new TestClock();
  store = await openSqliteStore({ path: ':memory:', clock, collections: allCollections });
});
afterEach(() => store.close());

/** One process; all share the store. */
const process = (own: ThrottlePolicy = policy, loopbackIsFree = false): Throttle =>
  createThrottle(own, { store, clock, loopbackIsFree });
const wrong = async (throttle: Throttle, account: string, from: Caller = caller()): Promise<void> =>
  (await throttle.enter(account, from)).wrong();
const right = async (throttle: Throttle, account: string, from: Caller = caller()): Promise<void> =>
  (await throttle.enter(account, from)).right();
const slowed = (retryAfterSeconds: number) => expect.objectContaining({ code: 'sign_in_slowed', retryAfterSeconds });

describe('the throttle', () => {
  it('says how long to wait, lets go on after it, and makes the next wait longer', async () => {
    const throttle = process();
    await wrong(throttle, 'an');
    clock.advance(10_000);
    await wrong(throttle, 'an');
    await expect(wrong(throttle, 'an')).rejects.toEqual(slowed(50));
    clock.advance(50_000);
    await wrong(throttle, 'an');
    await expect(wrong(throttle, 'an')).rejects.toEqual(slowed(3540));
  });

  it('waiting is enough: tries that were refused make no wait longer and use up nothing elsewhere', async () => {
    const throttle = process();
    for (let n = 0; n < 2; n += 1) await wrong(throttle, 'an');
    for (let n = 0; n < 50; n += 1) await expect(wrong(throttle, 'an')).rejects.toEqual(slowed(60));
    for (let n = 0; n < 2; n += 1) await wrong(throttle, 'an', caller('198.51.100.1'));
    await expect(wrong(throttle, 'an', caller('203.0.113.1'))).rejects.toEqual(slowed(60));
  });

  it('tells the longest of the waits that hold', async () => {
    const accountAndNetwork = [
      { points: 2, seconds: 60 },
      { points: 2, seconds: 3600 },
    ];
    const throttle = process({ ...policy, accountAndNetwork });
    for (let n = 0; n < 2; n += 1) await wrong(throttle, 'an');
    await expect(wrong(throttle, 'an')).rejects.toEqual(slowed(3600));
  });

  it('right entries use nothing up: a network of many people signs in without end', async () => {
    const throttle = process();
    for (let n = 0; n < 20; n += 1) await right(throttle, `person ${n % 3}`);
    await wrong(throttle, 'person 0');
  });

  it('a right entry forgets the wrong ones of this person in this place, in every process', async () => {
    const many = { ...policy, account: [{ points: 9, seconds: 60 }] };
    const [one, other] = [process(many), process(many)];
    for (let n = 0; n < 5; n += 1) {
      await wrong(one, 'an');
      await right(other, 'an');
      clock.advance(15_000);
    }
    await wrong(one, 'an');
    await wrong(other, 'an');
    await expect(right(one, 'an')).rejects.toEqual(slowed(60));
  });

  it('an entry that could not be checked counts for nothing', async () => {
    const throttle = process();
    for (let n = 0; n < 20; n += 1) (await throttle.enter('an', caller())).unchecked();
    await wrong(throttle, 'an');
  });

  it('holds a network that tries one account after the other, and no other network', async () => {
    const throttle = process();
    for (let n = 0; n < 6; n += 1) await wrong(throttle, `person ${n}`);
    await expect(wrong(throttle, 'person 6')).rejects.toEqual(slowed(60));
    await wrong(throttle, 'person 6', caller('198.51.100.1'));
  });

  it('does not hold loopback as a network in development, where everybody comes from there, but does in production', async () => {
    const development = process(policy, true);
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
      for (let n = 0; n < 8; n += 1) await wrong(development, `${address} person ${n}`, caller(address));
    const strict = process();
    for (let n = 0; n < 6; n += 1) await wrong(strict, `other ${n}`, caller('127.0.0.1'));
    await expect(wrong(strict, 'other 6', caller('127.0.0.1'))).rejects.toEqual(slowed(60));
  });

  it('a right entry of somebody else forgets nothing about the victim', async () => {
    const throttle = process();
    for (let n = 0; n < 2; n += 1) await wrong(throttle, 'victim');
    await right(throttle, 'attacker');
    await expect(wrong(throttle, 'victim')).rejects.toEqual(slowed(60));
  });

  it('keeps neither accounts nor addresses readable', async () => {
    await wrong(process(), 'an', caller('198.51.100.7'));
    const kept = JSON.stringify(
      await store.scan(allCollections.find(({ name }) => name === 'wrong_entries') as never, { limit: 9 }),
    );
    expect(kept).toContain('"used":1');
    expect(kept).not.toMatch(/an|198\.51/);
  });
});

describe('guesses against many processes', () => {
  it('count together, also after a restart', async () => {
    await wrong(process(), 'an');
    await wrong(process(), 'an');
    await expect(wrong(process(), 'an')).rejects.toEqual(slowed(60));
  });

  it('that are sent at once are not all checked by one process', async () => {
    const throttle = process();
    const entered = await Promise.allSettled(Array.from({ length: 20 }, () => throttle.enter('an', caller())));
    expect(entered.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(entered.at(-1)).toMatchObject({ reason: slowed(1) });
  });

  it('that are sent to all of them at once are answered no more often than to one', async () => {
    const burst = Array.from({ length: 10 }, () => process());
    const attempts = await Promise.all(burst.flatMap((each) => [each.enter('an', caller()), each.enter('an', caller())]));
    const answers = await Promise.allSettled(attempts.map((attempt) => attempt.wrong()));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    // what was not answered does not count elsewhere
    for (let n = 0; n < 2; n += 1) await wrong(process(), 'an', caller('198.51.100.1'));
  });

  it('learn nothing of a right one that comes after the limit', async () => {
    const attempts = await Promise.all(Array.from({ length: 3 }, () => process().enter('an', caller())));
    await attempts[0]?.wrong();
    await attempts[1]?.wrong();
    await expect(attempts[2]?.right()).rejects.toEqual(slowed(60));
  });
});

describe('the network of an address', () => {
  it('is one for all addresses that one subscriber has', () => {
    const ofOneSubscriber = [
      '2001:db8:1:2::1',
      '2001:db8:1:2:ffff:ffff:ffff:ffff',
      '2001:0db8:0001:0002:0:0:0:9',
      '2001:DB8:1:2::a:b',
    ];
    expect(new Set(ofOneSubscriber.map(subscriberOf))).toEqual(new Set(['2001:db8:1:2']));
    expect(subscriberOf('2001:db8::5')).toBe(subscriberOf('2001:db8::6:7'));
    expect(subscriberOf('fe80::1%eth0')).toBe('fe80:0:0:0');
  });

  it('differs between subscribers', () => {
    expect(subscriberOf('2001:db8:1:3::1')).not.toBe(subscriberOf('2001:db8:1:2::1'));
    expect(subscriberOf('192.0.2.1')).not.toBe(subscriberOf('192.0.2.2'));
    expect(subscriberOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
  });
});
