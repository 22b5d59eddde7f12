import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#src/kernel/clock.ts';
import { collection, type StoreSnapshot, write } from '#src/kernel/store.ts';
import { connectMongo } from '#src/storage/mongo/connection.ts';
import { openSnapshot } from '#src/storage/open-snapshot.ts';
import { type Engines, engineNames, openPlace, startEngines, storeSettings } from '#test/support/engines.ts';
import { TestClock } from '#test/support/test-clock.ts';
import { others, type Thing, things } from './store-contract.ts';

const collections = [things, others] as never;
const laterAdded = collection<Thing>()({ name: 'later_added', lifetime: 'kept', durability: 'buffered' });

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stop());

const idsOf = async (snapshot: StoreSnapshot, from: typeof things, limit: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let after = ''; ; after = ids.at(-1) ?? '') {
    const page = await snapshot.scan(from, { after, limit });
    ids.push(...page.map(({ id }) => id));
    if (page.length < limit) return ids;
  }
};

describe.each(engineNames)('a snapshot on %s', (engine) => {
  it('stays at one moment while pairs are written, changed and removed together', async () => {
    const place = engines.newPlace(engine);
    const store = await openPlace(place, collections);
    const pair = (n: number) =>
      store.commit([write.insert(things, { id: `p${n}`, count: n }), write.insert(others, { id: `p${n}`, count: n })]);
    for (let n = 0; n < 50; n += 1) await pair(n);
    let written = 50;
    let isOver = false;
    const writing = (async () => {
      for (; !isOver; written += 1) {
        await pair(written);
        const gone = `p${written - 40}`;
        await store.commit([write.remove(things, gone), write.remove(others, gone)]);
      }
    })();
    const snapshot = await openSnapshot(storeSettings(place), systemClock);
    const first = await idsOf(snapshot, things, 7);
    const before = written;
    await expect.poll(() => written).toBeGreaterThan(before + 20);
    expect(await idsOf(snapshot, others as typeof things, 7)).toEqual(first);
    expect(await idsOf(snapshot, things, 1000)).toEqual(first);
    expect(first.length).toBeGreaterThanOrEqual(40);
    isOver = true;
    await writing;
    await snapshot.close();
    await store.close();
  });

  it('gives nothing that has expired and nothing of a collection that is not there yet, and makes none', async () => {
    const place = engines.newPlace(engine);
    const clock = new TestClock();
    const store = await openPlace(place, collections, clock);
    await store.insert(things, { id: 'dead', expiresAt: clock.now() });
    await store.insert(things, { id: 'alive', expiresAt: clock.now() + 1 });
    const snapshot = await openSnapshot(storeSettings(place), clock);
    expect(await snapshot.scan(things, { limit: 9 })).toEqual([{ id: 'alive', expiresAt: clock.now() + 1 }]);
    expect(await snapshot.scan(laterAdded, { limit: 9 })).toEqual([]);
    await snapshot.close();
    await store.close();
  });
});

describe.runIf((engineNames as readonly string[]).includes('MongoDB'))(
  'a snapshot on MongoDB that the nodes no longer keep',
  () => {
    it('is refused with what to do, and never mixed with a later moment', async () => {
      const place = engines.newPlace('MongoDB');
      const store = await openPlace(place, collections);
      const { client, close } = await connectMongo(place);
      const keepFor = (seconds: number) =>
        client.db('admin').command({ setParameter: 1, minSnapshotHistoryWindowInSeconds: seconds });
      await store.insert(things, { id: 'a' });
      const snapshot = await openSnapshot(storeSettings(place), systemClock);
      expect(await snapshot.scan(things, { limit: 1 })).toEqual([{ id: 'a' }]);
      const { was } = await keepFor(0);
      const scan = async () => {
        await store.upsert(things, { id: 'a', count: 1 });
        return snapshot.scan(things, { limit: 1 }).catch((refused: unknown) => refused);
      };
      await expect
        .poll(scan, { timeout: 10_000 })
        .toMatchObject({ code: 'backup_too_slow', message: /minSnapshotHistoryWindowInSeconds/ });
      await keepFor(Number(was));
      await snapshot.close();
      await close();
      await store.close();
    });
  },
);
