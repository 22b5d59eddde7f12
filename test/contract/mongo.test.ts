import { fork } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leases } from '#src/background/collections.ts';
import { type Clock, systemClock } from '#src/kernel/clock.ts';
import { type Store, StoreUnavailable } from '#src/kernel/store.ts';
import { applyIndexes } from '#src/storage/mongo/apply-indexes.ts';
import { connectMongo } from '#src/storage/mongo/connection.ts';
import { createMongoStore } from '#src/storage/mongo/mongo-store.ts';
import { canRunMongod, type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { TestClock } from '#test/support/test-clock.ts';
import { leasesContract } from './leases-contract.ts';
import { others, storeContract, things } from './store-contract.ts';

const collections = [things, others] as never;
const child = new URL('../support/store-writer-child.ts', import.meta.url).pathname;
let databases = 0;

async function openAt(uri: string, clock: Clock = systemClock, declared = collections): Promise<Store> {
  const connection = await connectMongo(uri);
  await applyIndexes(connection, declared);
  return createMongoStore({ connection, clock, collections: declared });
}

describe.runIf(canRunMongod())('MongoDB', () => {
  let set: ReplicaSet;
  const newUri = (): string => set.uri(`store${databases++}`);
  beforeAll(async () => {
    set = await startReplicaSet();
  });
  afterAll(() => set.stop());

  storeContract((clock) => openAt(newUri(), clock));

  describe('leases', () => {
    const clock = new TestClock();
    let store: Store;
    beforeAll(async () => {
      store = await openAt(newUri(), clock, [leases] as never);
    });
    afterAll(() => store.close());
    leasesContract(() => ({ store, clock }));
  });

  it('lets one of 400 consumers in four processes win', async () => {
    const uri = newUri();
    const store = await openAt(uri);
    await store.insert(things, { id: 'code' });
    const won = await Promise.all(
      Array.from(
        { length: 4 },
        () =>
          new Promise<number>((resolve, reject) => {
            const process = fork(child, [uri, 'consume']);
            process.once('error', reject);
            process.once('message', (message) => resolve((message as { won: number }).won));
          }),
      ),
    );
    expect(won.reduce((sum, each) => sum + each)).toBe(1);
    await store.close();
  });

  it('makes its indexes once, also when several do it together, and says what it made', async () => {
    const uri = newUri();
    const connections = await Promise.all(Array.from({ length: 3 }, () => connectMongo(uri)));
    await Promise.all(connections.map((connection) => applyIndexes(connection, collections)));
    const [connection] = connections;
    if (connection === undefined) throw new Error('no connection');
    const reports = await applyIndexes(connection, collections);
    expect(reports.flatMap(({ missing, undeclared }) => [...missing, ...undeclared])).toEqual([]);
    expect(reports.find(({ collection }) => collection === 'things')).toEqual({
      collection: 'things',
      shardKey: { _id: 'hashed' },
      present: ['colour: colour', 'tag: tags', 'big: colour where {"count":9}', 'ttl: expiresOn + 60 s'],
      missing: [],
      undeclared: [],
    });
    await Promise.all(connections.map((each) => each.close()));
  });

  it('keeps the date of expiry for the server with every way to write it', async () => {
    const uri = newUri();
    const store = await openAt(uri);
    const connection = await connectMongo(uri);
    const expiry = async (id: string) =>
      (await connection.database.collection(things.name).findOne({ _id: id as never }))?.['expiresOn'];
    const at = Date.now() + 60_000;
    await store.insert(things, { id: 'a', expiresAt: at });
    expect(await expiry('a')).toEqual(new Date(at));
    await store.patch(things, 'a', {}, { set: { expiresAt: at + 5 } });
    expect(await expiry('a')).toEqual(new Date(at + 5));
    await store.patch(things, 'a', {}, { unset: ['expiresAt'] });
    expect(await expiry('a')).toBeUndefined();
    await store.upsert(things, { id: 'a', expiresAt: at });
    expect(await expiry('a')).toEqual(new Date(at));
    await store.close();
    await connection.close();
  });

  it('that does not answer is unavailable within seconds', async () => {
    const nowhere = 'mongodb://127.0.0.1:1/none?serverSelectionTimeoutMS=500';
    await expect(connectMongo(nowhere)).rejects.toBeInstanceOf(StoreUnavailable);
  });
});
