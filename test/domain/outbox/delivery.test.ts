import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '#src/kernel/random.ts';
import type { Store } from '#src/kernel/store.ts';
import { type OutboxDocument, outbox } from '#src/outbox/collections.ts';
import type { Deliver, Delivery, DeliveryParts } from '#src/outbox/deliver-lane.ts';
import { createDelivery } from '#src/outbox/delivery.ts';
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
  /** A tenth of the real numbers: the same walk, sooner at its ends. */
  const policy = { page: 50, pagesATurn: 10, together: 10, lanesAtOnce: 32 };
  const delivery = (ways: DeliveryParts['ways']) =>
    createDelivery(
      {
        store,
        clock,
        random: systemRandom,
        ways,
        givenUp: ({ to }, reason) => givenUp.push(`${to}: ${reason}`),
        failed: (fault) => {
          throw fault;
        },
      },
      policy,
    );
  /** A process that has just taken the work over, for one turn. */
  async function deliver(answer: (to: string, n: unknown) => Delivery, ways?: DeliveryParts['ways']): Promise<number> {
    const way: Deliver = async ({ to, content, key }) => {
      sent.push({ to, n: content['n'], key });
      return answer(to, content['n']);
    };
    const { turn, ended } = delivery(ways ?? { test: { deliver: way } });
    const found = await turn();
    await ended();
    return found;
  }
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

  it('wait neither for a recipient that is slow nor for the turn that began to send to it', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const way: Deliver = async ({ to, content, key }) => {
      sent.push({ to, n: content['n'], key });
      if (to === 'slow') await answered;
      return fine;
    };
    const { turn, ended } = delivery({ test: { deliver: way } });
    await put('slow', 1);
    await turn();
    await put('quick', 2);
    await put('slow', 3);
    await turn();
    await expect.poll(() => sent.map(({ n }) => n)).toEqual([1, 2]);
    answer();
    await ended();
    await turn();
    await ended();
    expect(sent.map(({ n }) => n)).toEqual([1, 2, 3]);
  });

  it('keep their order through an outage, however long the queue and whatever comes meanwhile', async () => {
    let isUp = false;
    const { turn, ended } = delivery({
      test: {
        deliver: async ({ to, content, key }) => {
          sent.push({ to, n: content['n'], key });
          return isUp ? fine : down;
        },
      },
    });
    const turns = async (many: number) => {
      for (let n = 0; n < many; n += 1) {
        await turn();
        await ended();
      }
    };
    let next = 0;
    const more = async (many: number) => {
      for (let n = 0; n < many; n += 1, next += 1) {
        await put('one', next);
        clock.advance(1);
      }
    };
    await more(45);
    await turns(2);
    await more(5);
    await turns(1);
    isUp = true;
    clock.advance(7000);
    await more(5);
    sent = [];
    await turns(2);
    await more(5);
    clock.advance(2000);
    await turns(9);
    expect(sent.map(({ n }) => n)).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  it('of a recipient that is down are tried one at a time, however many there are and come', async () => {
    const way: Deliver = async ({ to, content, key }) => {
      sent.push({ to, n: content['n'], key });
      return clock.now() < upAt ? down : fine;
    };
    const upAt = clock.now() + 4000;
    const { turn, ended } = delivery({ test: { deliver: way } });
    const turns = async () => {
      await turn();
      await ended();
    };
    for (let n = 0; n < 25; n += 1) {
      await put('one', n);
      clock.advance(1);
    }
    for (let n = 0; n < 4; n += 1) await turns();
    expect(sent).toHaveLength(1);
    clock.advance(7000);
    for (let n = 0; n < 4; n += 1) await turns();
    expect(sent.map(({ n }) => n)).toEqual([0, ...Array.from({ length: 25 }, (_, n) => n)]);
  });

  it('reach those behind a queue longer than a turn reads, whose order is kept', async () => {
    const now = clock.now();
    const many = Array.from({ length: 600 }, (_, n) => {
      const { document } = queued(
        { clock: { now: () => now + n }, random: systemRandom },
        { kind: 'test', to: 'long', content: { n } },
      ) as unknown as { document: OutboxDocument };
      return document;
    });
    await store.insertMany(outbox, many);
    clock.advance(601);
    await put('behind', 1);
    clock.advance(1);
    const way: Deliver = async ({ to, content, key }) => {
      sent.push({ to, n: content['n'], key });
      return fine;
    };
    const { turn, ended } = delivery({ test: { deliver: way } });
    for (let n = 0; n < 3; n += 1) {
      await turn();
      await ended();
    }
    expect(sent.filter(({ to }) => to === 'behind')).toHaveLength(1);
    const order = sent.filter(({ to }) => to === 'long').map(({ n }) => n);
    expect(order).toEqual(Array.from({ length: order.length }, (_, n) => n));
    expect(order.length).toBeGreaterThan(10);
  });

  it('of a way with several lanes are on their way together, each once', async () => {
    for (let n = 0; n < 40; n += 1) await put('one', n);
    let [together, most] = [0, 0];
    const way: Deliver = async ({ to, content, key }) => {
      sent.push({ to, n: content['n'], key });
      together += 1;
      most = Math.max(most, together);
      await new Promise(setImmediate);
      together -= 1;
      return fine;
    };
    const { turn, ended } = delivery({ test: { deliver: way, lanes: 4 } });
    for (let n = 0; n < 3; n += 1) {
      await turn();
      await ended();
    }
    expect(most).toBe(4);
    expect(new Set(sent.map(({ n }) => n)).size).toBe(40);
    expect(sent).toHaveLength(40);
  });
});
