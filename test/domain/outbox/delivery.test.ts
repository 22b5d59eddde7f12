import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '#src/kernel/random.ts';
import type { Store } from '#src/kernel/store.ts';
import { outbox } from '#src/outbox/collections.ts';
import { type Deliver, type Delivery, deliverDue } from '#src/outbox/deliver-due.ts';
import { listMessages, queued } from '#src/outbox/messages.ts';
import { allCollections } from '#src/storage/collections.ts';
import { type Engines, engineNames, openPlace, startEngines } from '#test/support/engines.ts';
import { TestClock } from '#test/support/test-clock.ts';

const hour = 3_600_000;
let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
}, 120_000);
afterAll(() => engines.stop());

describe.each(engineNames)('messages to the outside, on %s', (engine) => {
  let clock: TestClock;
  let store: Store;
  let sent: { to: string; n: unknown; key: string }[];
  let givenUp: string[];
  beforeEach(async () => {
    // Mongo ends documents by its own clock
    clock = new TestClock(Date.now());
    store = await openPlace(engines.newPlace(engine), allCollections, clock);
    [sent, givenUp] = [[], []];
    return () => store.close();
  });

  const put = (to: string, n: number) =>
    store.commit([queued({ clock, random: systemRandom }, { kind: 'test', to, content: { n } })]);
  const deliver = (answer: (to: string, n: unknown) => Delivery, ways?: Record<string, Deliver>) =>
    deliverDue({
      store,
      clock,
      random: systemRandom,
      ways: ways ?? {
        test: async ({ to, content, key }) => {
          sent.push({ to, n: content['n'], key });
          return answer(to, content['n']);
        },
      },
      givenUp: ({ to }, reason) => givenUp.push(`${to}: ${reason}`),
    });
  const fine: Delivery = { outcome: 'delivered' };
  const down: Delivery = { outcome: 'failed', reason: 'down' };

  it('go once, and are gone', async () => {
    await put('one', 1);
    expect(await deliver(() => fine)).toBe(1);
    expect(await deliver(() => fine)).toBe(0);
    expect(sent).toHaveLength(1);
  });

  it('keep their order for each recipient, and one that is down keeps only its own waiting', async () => {
    for (const n of [1, 2, 3]) {
      await put('up', n);
      await put('down', n);
      clock.advance(1);
    }
    await deliver((to) => (to === 'up' ? fine : down));
    expect(sent.filter(({ to }) => to === 'up').map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(sent.filter(({ to }) => to === 'down').map(({ n }) => n)).toEqual([1]);
    expect((await listMessages(store)).map(({ attempts }) => attempts)).toEqual([1, 0, 0]);
    clock.advance(7000);
    sent = [];
    await deliver(() => fine);
    expect(sent.map(({ n }) => n)).toEqual([1, 2, 3]);
  });

  it('are tried later each time, under the same name, and given up after three days', async () => {
    await put('one', 1);
    const tried: number[] = [];
    const began = clock.now();
    for (let minute = 0; minute < 80 * 60 && givenUp.length === 0; minute += 1) {
      if ((await deliver(() => down)) > 0) tried.push(clock.now() - began);
      clock.advance(60_000);
    }
    expect(givenUp).toEqual(['one: down']);
    expect(tried.length).toBeLessThan(90);
    expect(tried.at(-1)).toBeGreaterThan(72 * hour);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
    expect(await listMessages(store)).toMatchObject([{ state: 'dead', last_error: 'down' }]);
    expect(await deliver(() => fine)).toBe(0);
  }, 30_000);

  it('that two processes fail to send at the same moment stay one message', async () => {
    await put('one', 1);
    await Promise.all([deliver(() => down), deliver(() => down), deliver(() => down)]);
    expect(await listMessages(store)).toHaveLength(1);
  });

  it('of a kind that this version does not know wait for one that does, and a fault in sending is a failure', async () => {
    await put('one', 1);
    await deliver(() => fine, {});
    expect(await listMessages(store)).toMatchObject([{ state: 'waiting', last_error: 'no way for this kind' }]);
    clock.advance(7000);
    await deliver(() => {
      throw new RangeError('secret detail');
    });
    expect(await listMessages(store)).toMatchObject([{ state: 'waiting', attempts: 2, last_error: 'RangeError' }]);
  });

  it('are written with what they tell of, or not at all', async () => {
    const write = queued({ clock, random: systemRandom }, { kind: 'test', to: 'one', content: {} });
    await store.commit([write]);
    await expect(
      store.commit([queued({ clock, random: systemRandom }, { kind: 'test', to: 'two', content: {} }), write]),
    ).rejects.toThrow();
    expect((await store.find(outbox, 'state', 'waiting')).map(({ to }) => to)).toEqual(['one']);
  });
});
