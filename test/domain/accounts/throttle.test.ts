import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createThrottle } from '#src/accounts/throttle.ts';
import { subscriberOf } from '#src/kernel/networks.ts';
import { caller } from '#test/support/account-world.ts';

const policy = {
  accountAndNetwork: [
    { points: 2, seconds: 60 },
    { points: 3, seconds: 3600 },
  ],
  accountAndBrowser: [{ points: 2, seconds: 60 }],
  network: [{ points: 6, seconds: 60 }],
  account: [{ points: 4, seconds: 60 }],
};
const production = { loopbackIsFree: false };

// the counters are timed by the library's own clock
beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 10, 24, 8) }));
afterEach(() => vi.useRealTimers());

const slowed = (retryAfterSeconds: number) => expect.objectContaining({ code: 'sign_in_slowed', retryAfterSeconds });

describe('the throttle', () => {
  it('says how long to wait, lets go on after it, and makes the next wait longer', async () => {
    const throttle = createThrottle(policy, production);
    await throttle.enter('an', caller());
    vi.advanceTimersByTime(10_000);
    await throttle.enter('an', caller());
    await expect(throttle.enter('an', caller())).rejects.toEqual(slowed(50));
    vi.advanceTimersByTime(50_000);
    await throttle.enter('an', caller());
    await expect(throttle.enter('an', caller())).rejects.toEqual(slowed(3540));
  });

  it('waiting is enough: tries that were refused make no wait longer and use up nothing elsewhere', async () => {
    const throttle = createThrottle(policy, production);
    for (let n = 0; n < 2; n += 1) await throttle.enter('an', caller());
    for (let n = 0; n < 50; n += 1) await expect(throttle.enter('an', caller())).rejects.toEqual(slowed(60));
    for (let n = 0; n < 2; n += 1) await throttle.enter('an', caller('198.51.100.1'));
    await expect(throttle.enter('an', caller('203.0.113.1'))).rejects.toEqual(slowed(60));
  });

  it('tells the longest of the waits that hold', async () => {
    const accountAndNetwork = [
      { points: 2, seconds: 60 },
      { points: 2, seconds: 3600 },
    ];
    const throttle = createThrottle({ ...policy, accountAndNetwork }, production);
    for (let n = 0; n < 2; n += 1) await throttle.enter('an', caller());
    await expect(throttle.enter('an', caller())).rejects.toEqual(slowed(3600));
  });

  it('right entries use nothing up: a network of many people signs in without end', async () => {
    const throttle = createThrottle(policy, production);
    for (let n = 0; n < 20; n += 1) await (await throttle.enter(`person ${n % 3}`, caller())).succeeded();
    await throttle.enter('person 0', caller());
  });

  it('holds a network that tries one account after the other, and no other network', async () => {
    const throttle = createThrottle(policy, production);
    for (let n = 0; n < 6; n += 1) await throttle.enter(`person ${n}`, caller());
    await expect(throttle.enter('person 6', caller())).rejects.toEqual(slowed(60));
    await throttle.enter('person 6', caller('198.51.100.1'));
  });

  it('does not hold loopback as a network in development, where everybody comes from there, but does in production', async () => {
    const development = createThrottle(policy, { loopbackIsFree: true });
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
      for (let n = 0; n < 8; n += 1) await development.enter(`${address} person ${n}`, caller(address));
    const strict = createThrottle(policy, production);
    for (let n = 0; n < 6; n += 1) await strict.enter(`person ${n}`, caller('127.0.0.1'));
    await expect(strict.enter('person 6', caller('127.0.0.1'))).rejects.toEqual(slowed(60));
  });

  it('a right entry of somebody else forgets nothing about the victim', async () => {
    const throttle = createThrottle(policy, production);
    for (let n = 0; n < 2; n += 1) await throttle.enter('victim', caller());
    await (await throttle.enter('attacker', caller())).succeeded();
    await expect(throttle.enter('victim', caller())).rejects.toEqual(slowed(60));
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
