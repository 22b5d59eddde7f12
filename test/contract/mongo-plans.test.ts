import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#src/kernel/clock.ts';
import { type Collection, type IndexOf, type Store, type StoredDocument, write } from '#src/kernel/store.ts';
import { allCollections } from '#src/storage/collections.ts';
import { applyIndexes } from '#src/storage/mongo/apply-indexes.ts';
import type { MongoConnection } from '#src/storage/mongo/connection.ts';
import { declaredIndex, indexesOf, ttlIndex } from '#src/storage/mongo/indexes.ts';
import { createMongoStore } from '#src/storage/mongo/mongo-store.ts';
import { signalsCollection } from '#src/storage/mongo/signals-collection.ts';
import { canRunMongod, type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';

const collections = allCollections as unknown as readonly Collection<StoredDocument, string>[];
const indexes = ({ indexes: declared }: Collection<StoredDocument, string>) =>
  Object.entries(declared as Record<string, IndexOf<StoredDocument>>);

interface Stage {
  readonly stage: string;
  readonly indexName?: string;
  readonly inputStage?: Stage;
  readonly inputStages?: readonly Stage[];
}
type Sent = Record<string, unknown>;

/** The stages of a plan from the top, an index scan with the index it reads. */
const stagesOf = ({ stage, indexName, inputStage, inputStages = [] }: Stage): string[] => [
  indexName === undefined ? stage : `${stage} ${indexName}`,
  ...[...(inputStage === undefined ? [] : [inputStage]), ...inputStages].flatMap(stagesOf),
];

const byIds = /^(IDHACK|IXSCAN _id_|EXPRESS_IXSCAN _id_)$/;
const explainable = ['find', 'findAndModify', 'update', 'delete'];

describe.runIf(canRunMongod())('how MongoDB finds what the store asks for', () => {
  let set: ReplicaSet;
  let connection: MongoConnection;
  let store: Store;
  let sent: Sent[] = [];
  beforeAll(async () => {
    set = await startReplicaSet();
    const opened = await mongoose.createConnection(set.uri('plans'), { monitorCommands: true, ignoreUndefined: true }).asPromise();
    const client = opened.getClient();
    client.on('commandStarted', ({ command }) => sent.push(structuredClone(command) as Sent));
    connection = { client, database: client.db(), clockAheadMs: () => undefined, close: () => opened.close() };
    await applyIndexes(connection, allCollections);
    store = createMongoStore({ connection, clock: systemClock, collections: allCollections });
    for (const declared of collections) {
      // the worst there is for a planner that goes by trying: all have the same value
      const members = indexes(declared).map(([, { on, where }]) => ({ [on]: 'v', ...where }));
      for (let n = 0; n < 120; n += 1) await store.upsert(declared, Object.assign({ id: `d${n}` }, ...members));
    }
  }, 120_000);
  afterAll(async () => {
    await store.close();
    await set.stop();
  });

  /** What the work sends to MongoDB, each with the stages of its plan. */
  async function plansOf(work: () => Promise<unknown>): Promise<string[][]> {
    sent = [];
    await work();
    const asked = sent.filter((command) => explainable.some((name) => name in command));
    return Promise.all(
      asked.map(
        async ({
          lsid: _s,
          txnNumber: _n,
          $clusterTime: _t,
          $db: _d,
          writeConcern: _w,
          autocommit: _a,
          startTransaction: _b,
          ...command
        }) => {
          const { readConcern: _r, ...plain } = command;
          const answer = await connection.database.command({ explain: plain, verbosity: 'queryPlanner' });
          return stagesOf(answer['queryPlanner'].winningPlan as Stage);
        },
      ),
    );
  }

  /** One round trip, and its plan ends in an index, without sorting and without looking at what was not asked for. */
  async function planOf(work: () => Promise<unknown>): Promise<string> {
    const [stages, ...more] = await plansOf(work);
    expect(more).toEqual([]);
    expect(stages?.join(' < ')).not.toMatch(/COLLSCAN|SORT/);
    return stages?.at(-1) ?? '';
  }

  describe.each(collections.map((declared) => [declared.name, declared] as const))('%s', (_name, declared) => {
    it('is read by id in one look', async () => {
      expect(await planOf(() => store.get(declared, 'd1'))).toMatch(/^(IDHACK|EXPRESS_IXSCAN _id_)$/);
      expect(await planOf(() => store.getMany(declared, ['d1', 'd2']))).toBe('IXSCAN _id_');
    });

    it('is patched, put and removed by id', async () => {
      const expectations = [{}, { consumed: undefined }, { x: 'seen' }, { id: 'd1', list: ['a'], map: { a: 1 } }];
      for (const expected of expectations.slice(0, 2))
        expect(await planOf(() => store.patch(declared, 'd1', expected, { set: { n: 1 } as object }))).toMatch(byIds);
      for (const expected of expectations.slice(2))
        for (const stages of await plansOf(() => store.patch(declared, 'd1', expected, { set: { n: 1 } as object })))
          expect(stages.at(-1)).toMatch(byIds);
      expect(
        await planOf(() => store.amend(declared, 'd1', { consumed: undefined } as object, { set: { n: 1 } as object })),
      ).toMatch(byIds);
      expect(await planOf(() => store.upsert(declared, { id: 'e1' }))).toMatch(byIds);
      expect(await planOf(() => store.remove(declared, 'e1'))).toMatch(byIds);
    });

    it('is written to by id where several writes go as one', async () => {
      const writes = () => [
        ...['g1', 'g2'].map((id) => store.insert(declared, { id })),
        ...['d1', 'd2'].map((id) => store.amend(declared, id, { x: undefined } as object, { set: { n: 2 } as object })),
        ...['g3', 'g4'].map((id) => store.upsert(declared, { id })),
      ];
      sent = [];
      await Promise.all(writes());
      const statements = sent.flatMap(
        (command) => (command['updates'] as object[] | undefined)?.map((one) => ({ ...command, updates: [one] })) ?? [],
      );
      expect(statements.length).toBeGreaterThan(3);
      for (const { lsid: _s, txnNumber: _n, $clusterTime: _t, $db: _d, writeConcern: _w, ...statement } of statements as Sent[]) {
        const answer = await connection.database.command({ explain: statement, verbosity: 'queryPlanner' });
        expect(stagesOf(answer['queryPlanner'].winningPlan as Stage).at(-1)).toMatch(byIds);
      }
    });

    it('is committed to by id', async () => {
      const writes = [
        write.insert(declared, { id: 'e2' }),
        write.upsert(declared, { id: 'e3' }),
        write.patch(declared, 'd2', { absent: undefined } as object, { set: { n: 1 } as object }),
        write.remove(declared, 'e3'),
      ];
      const plans = await plansOf(() => store.commit(writes));
      expect(plans).toHaveLength(4);
      for (const stages of plans) expect(stages.at(-1)).toMatch(byIds);
    });

    it.each(indexes(declared))('is found by %s in the order of ids', async (index, each) => {
      const page = { after: 'd1', limit: 20 };
      expect(await planOf(() => store.find(declared, index as never, 'v', page))).toBe(`IXSCAN ${declaredIndex(index, each).name}`);
    });

    it('is scanned in the order of ids', async () => {
      expect(await planOf(() => store.scan(declared, { after: 'd1', limit: 20 }))).toBe('IXSCAN _id_');
    });
  });

  it('asks a majority for every write, in its journals, and numbers it for a retry', async () => {
    for (const declared of collections) {
      sent = [];
      await store.insert(declared, { id: 'w1' });
      await store.insertMany(declared, [{ id: 'w2' }]);
      await store.upsert(declared, { id: 'w1' });
      await store.patch(declared, 'w1', {}, { set: { n: 1 } as object });
      await store.amend(declared, 'w1', {}, { set: { n: 1 } as object });
      await Promise.all([store.upsert(declared, { id: 'w1' }), store.upsert(declared, { id: 'w2' })]);
      await store.remove(declared, 'w1');
      expect(sent.map((command) => command['writeConcern'])).toEqual(sent.map(() => ({ w: 'majority', wtimeout: 5000, j: true })));
      expect(sent).toHaveLength(7);
      expect(sent.every((command) => 'txnNumber' in command)).toBe(true);
    }
    sent = [];
    const [one] = collections;
    if (one !== undefined) await store.commit([write.upsert(one, { id: 'w3' }), write.remove(one, 'w3')]);
    expect(sent.at(-1)).toMatchObject({ commitTransaction: 1, writeConcern: { w: 'majority', j: true, wtimeout: 5000 } });
  });

  it('sweeps by the index of expiry, in each collection that expires', async () => {
    const plans = await plansOf(() => store.sweep(100));
    const finds = plans.map((stages) => stages.at(-1));
    expect(finds).toEqual(collections.filter(({ lifetime }) => lifetime === 'expires').map(() => `IXSCAN ${ttlIndex.name}`));
  });

  it('reads the inbox of signals in two ranges of its index', async () => {
    const filter = { $or: [{ to: 'me' }, { to: '*', at: { $gte: new mongoose.mongo.Timestamp({ t: 1, i: 0 }) } }] };
    const plans = await plansOf(() => connection.database.collection(signalsCollection.name).find(filter).toArray());
    const scans = plans.flat().filter((stage) => /SCAN/.test(stage));
    expect(scans).toEqual(scans.map(() => `IXSCAN ${signalsCollection.indexes[0]?.name}`));
    expect(scans.length).toBeGreaterThan(0);
  });
});

describe('an index that MongoDB cannot narrow', () => {
  it('is refused where it is declared', () => {
    const bad = {
      name: 'x',
      lifetime: 'kept',
      durability: 'flushed',
      indexes: { bad: { on: 'colour', where: { gone: undefined } } },
    };
    expect(() => indexesOf(bad as never)).toThrow(/cannot leave documents out of an index by gone/);
  });
});
