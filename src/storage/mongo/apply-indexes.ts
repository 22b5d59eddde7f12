import type { mongo } from 'mongoose';
import type { Collection, StoredDocument } from '#src/kernel/store.ts';
import type { MongoConnection } from './connection.ts';
import { asUnavailable } from './faults.ts';
import { indexesOf, type MongoIndex } from './indexes.ts';
import { signalsCollection } from './signals-collection.ts';

/** What one collection needs: its indexes, and its key on a sharded cluster. */
export interface CollectionPlan {
  readonly name: string;
  readonly indexes: readonly MongoIndex[];
  /** Look-ups by id reach one shard, and random ids spread evenly. */
  readonly shardKey: Readonly<Record<string, 'hashed'>>;
}

/** Everything that the database must have. */
export const planFor = (collections: readonly Collection<never, string>[]): CollectionPlan[] => [
  ...(collections as unknown as readonly Collection<StoredDocument, string>[]).map((declared) => ({
    name: declared.name,
    indexes: indexesOf(declared),
    shardKey: { _id: 'hashed' as const },
  })),
  // a process reads its own inbox in one place
  { ...signalsCollection, shardKey: { to: 'hashed' } },
];

export interface IndexReport {
  readonly collection: string;
  readonly shardKey: CollectionPlan['shardKey'];
  readonly present: readonly string[];
  readonly missing: readonly string[];
  /** In the database, but not declared (any more). Never dropped by us: an older version may still need it. */
  readonly undeclared: readonly string[];
}

async function report(database: mongo.Db, existing: ReadonlySet<string>, plan: CollectionPlan): Promise<IndexReport> {
  const { name, indexes, shardKey } = plan;
  const found = existing.has(name) ? (await database.collection(name).indexes()).map((index) => String(index.name)) : [];
  const declared = indexes.map((index) => index.name);
  return {
    collection: name,
    shardKey,
    present: declared.filter((each) => found.includes(each)),
    missing: existing.has(name) ? declared.filter((each) => !found.includes(each)) : ['_id_', ...declared],
    undeclared: found.filter(
      (each) => !['_id_', ...Object.keys(shardKey).map((key) => `${key}_hashed`), ...declared].includes(each),
    ),
  };
}

/** What is there and what is missing, without changing anything. */
export async function reportIndexes(
  { database }: MongoConnection,
  collections: readonly Collection<never, string>[],
): Promise<IndexReport[]> {
  try {
    const existing = new Set((await database.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
    return await Promise.all(planFor(collections).map((plan) => report(database, existing, plan)));
  } catch (fault) {
    throw asUnavailable(fault);
  }
}

const alreadyThere = 48;

async function make(database: mongo.Db, { name, indexes }: CollectionPlan): Promise<void> {
  await database.createCollection(name).catch((fault: { code?: number }) => {
    // another process was faster
    if (fault.code !== alreadyThere) throw fault;
  });
  if (indexes.length > 0) await database.command({ createIndexes: name, indexes });
}

/**
 * Makes the collections and indexes that are missing and gives what was missing. May be run at any time and by several at once: what
 * exists is left alone, and an index is built while reads and writes go on (MongoDB locks the collection only at the build's begin and end).
 */
export async function applyIndexes(
  connection: MongoConnection,
  collections: readonly Collection<never, string>[],
): Promise<IndexReport[]> {
  const before = await reportIndexes(connection, collections);
  const wanting = new Set(before.filter(({ missing }) => missing.length > 0).map(({ collection }) => collection));
  try {
    for (const plan of planFor(collections)) if (wanting.has(plan.name)) await make(connection.database, plan);
  } catch (fault) {
    throw asUnavailable(fault);
  }
  return before;
}
