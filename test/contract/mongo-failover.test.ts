import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#src/kernel/clock.ts';
import { type Store, StoreUnavailable } from '#src/kernel/store.ts';
import { applyIndexes } from '#src/storage/mongo/apply-indexes.ts';
import { connectMongo } from '#src/storage/mongo/connection.ts';
import { createMongoStore } from '#src/storage/mongo/mongo-store.ts';
import { canRunMongod, type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { others, things } from './store-contract.ts';

const collections = [things, others] as never;

/** Tries until the store answers again; what callers of the service do after a 503. */
async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (failure) {
      if (!(failure instanceof StoreUnavailable)) throw failure;
    }
  }
}

describe.runIf(canRunMongod())('MongoDB on three nodes', () => {
  let set: ReplicaSet;
  let store: Store;
  beforeAll(async () => {
    set = await startReplicaSet(3);
    const connection = await connectMongo(set.uri('failover'));
    await applyIndexes(connection, collections);
    store = createMongoStore({ connection, clock: systemClock, collections });
  });
  afterAll(async () => {
    await store.close();
    await set.stop();
  });

  it('loses no code that was consumed, and lets none be consumed twice, when the primary is killed; without a majority it says so', async () => {
    const ids = Array.from({ length: 300 }, (_, n) => `code${n}`);
    await Promise.all(ids.map((id) => store.insert(things, { id })));
    const won = new Map<string, number>();
    const consume = async (id: string, by: number): Promise<void> => {
      const { outcome } = await store.patch(things, id, { count: undefined }, { set: { count: by } });
      if (outcome === 'patched') won.set(id, (won.get(id) ?? 0) + 1);
    };
    const first = Promise.allSettled(ids.map((id) => consume(id, 1)));
    await set.nodes[0]?.kill();
    await first;
    const acknowledged = new Set(won.keys());
    await patiently(() => store.ping());
    // whatever was not acknowledged may have happened or not; nobody wins what somebody won
    await Promise.all(ids.map((id) => patiently(() => consume(id, 2))));
    expect([...won.values()].every((times) => times === 1)).toBe(true);
    const after = new Map((await store.getMany(things, ids)).map((thing) => [thing.id, thing.count]));
    for (const id of acknowledged) expect(after.get(id)).toBe(1);
    expect(after.size).toBe(ids.length);

    await set.nodes[1]?.kill();
    const began = performance.now();
    await expect(store.ping()).rejects.toBeInstanceOf(StoreUnavailable);
    expect(performance.now() - began).toBeLessThan(9000);
    await expect(store.patch(things, 'code0', {}, { set: { colour: 'lost' } })).rejects.toBeInstanceOf(StoreUnavailable);
  }, 120_000);
});
