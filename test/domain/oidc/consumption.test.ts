import type { Context } from 'koa';
import { Provider } from 'oidc-provider';
import { afterEach, expect, it, vi } from 'vitest';
import { systemRandom } from '#src/kernel/random.ts';
import { StoreUnavailable } from '#src/kernel/store.ts';
import { tokens } from '#src/oidc/collections.ts';
import { createConsumption } from '#src/oidc/consumption.ts';
import { allCollections } from '#src/storage/collections.ts';
import { openSqliteStore } from '#src/storage/sqlite/sqlite-store.ts';
import { TestClock } from '#test/support/test-clock.ts';

const ctx = (status: number): Context => ({ status }) as Context;
afterEach(() => vi.restoreAllMocks());

async function world(pause: (tried: number) => Promise<void>) {
  const clock = new TestClock();
  const store = await openSqliteStore({ path: ':memory:', clock, collections: allCollections });
  await store.insert(tokens, { id: 'code', payload: {}, expiresAt: clock.now() + 60_000 });
  let tried = 0;
  const consumption = createConsumption({ store, random: systemRandom, pause: () => pause(++tried) });
  const consume = (consumer: string) => store.amend(tokens, 'code', { consumed: undefined }, { set: { consumed: 1, consumer } });
  const isConsumed = async (): Promise<boolean> => (await store.get(tokens, 'code'))?.consumed !== undefined;
  async function request(status: number, work: (consumer: string) => Promise<unknown>): Promise<void> {
    const own = ctx(status);
    vi.spyOn(Provider, 'ctx', 'get').mockReturnValue(own as never);
    await consumption.middleware(own, async () => void (await work(consumption.begin('code'))));
  }
  return { store, consume, isConsumed, request };
}

it('what a request consumed stays consumed when it was answered', async () => {
  const { consume, isConsumed, request } = await world(async () => {});
  for (const status of [200, 400]) await request(status, consume);
  expect(await isConsumed()).toBe(true);
});

it('what a request consumed is given back when it failed, also when the write that consumed arrives late or the store is away', async () => {
  let hasArrived = false;
  let late = async (): Promise<void> => undefined;
  const { store, consume, isConsumed, request } = await world(async (tried) => {
    if (tried === 2) await late();
  });
  const amend = store.amend.bind(store);
  await request(503, async (consumer) => {
    late = async () => {
      hasArrived = await consume(consumer);
    };
    store.amend = (() => {
      store.amend = amend;
      return Promise.reject(new StoreUnavailable('away'));
    }) as typeof store.amend;
  });
  await expect.poll(async () => hasArrived && !(await isConsumed())).toBe(true);
  expect(await consume('next')).toBe(true);
});

it('a request that failed gives back nothing that another one consumed', async () => {
  const { consume, isConsumed, request } = await world(async () => {});
  await consume('another');
  await request(503, consume);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await isConsumed()).toBe(true);
});
