import { dirname } from 'node:path';
import type { Settings } from '#config/load.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Signals } from '#src/kernel/signals.ts';
import { type Store, StoreUnavailable } from '#src/kernel/store.ts';
import { allCollections } from './collections.ts';
import { makeDirectory } from './directory.ts';
import type { IndexReport } from './mongo/apply-indexes.ts';
import type { MongoConnection } from './mongo/connection.ts';
import { createLocalSignals } from './signals-local.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';

/** A store, and the signals between the processes that share it. */
export interface OpenStore {
  readonly store: Store;
  readonly signals: Signals;
  /** How far this process's clock is ahead of the store's (negative: behind), in milliseconds; undefined where the store has none of its own. */
  readonly clockAheadMs: () => number | undefined;
  close(): Promise<void>;
}

interface Parts {
  readonly clock: Clock;
  readonly random: Random;
}

type StoreSettings = Pick<Settings, 'profile' | 'sqlitePath' | 'mongoUri'>;

async function openSqlite({ sqlitePath }: StoreSettings, { clock, random }: Parts): Promise<OpenStore> {
  if (sqlitePath !== ':memory:') makeDirectory(dirname(sqlitePath));
  const store = await openSqliteStore({ path: sqlitePath, clock, collections: allCollections });
  return { store, signals: createLocalSignals({ random }), clockAheadMs: () => undefined, close: () => store.close() };
}

/** @throws {StoreUnavailable} naming what is missing and how to make it */
export function requireIndexes(reports: readonly IndexReport[]): void {
  const missing = reports.flatMap(({ collection, missing: names }) => names.map((name) => `${collection} (${name})`));
  if (missing.length > 0) throw new StoreUnavailable(`indexes are missing: run \`senid indexes apply\`; ${missing.join(', ')}`);
}

/** The engine and the driver are loaded only where they are used: they cost memory and a fifth of a second. */
async function openMongo(uri: string, { profile }: StoreSettings, { clock, random }: Parts): Promise<OpenStore> {
  const [{ connectMongo }, { createMongoStore }, { createInboxSignals }, { applyIndexes, reportIndexes }] = await Promise.all([
    import('./mongo/connection.ts'),
    import('./mongo/mongo-store.ts'),
    import('./mongo/signals-inbox.ts'),
    import('./mongo/apply-indexes.ts'),
  ]);
  const connection = await connectMongo(uri, clock);
  try {
    // in production building an index on millions of documents is a decision of its own
    const look = profile === 'production' ? reportIndexes : applyIndexes;
    const reports = await look(connection, allCollections);
    if (profile === 'production') requireIndexes(reports);
    const store = createMongoStore({ connection, clock, collections: allCollections });
    const signals = await createInboxSignals({ connection, clock, random });
    return {
      store,
      signals,
      clockAheadMs: connection.clockAheadMs,
      async close() {
        signals.close();
        await store.close();
      },
    };
  } catch (failure) {
    await connection.close();
    throw failure;
  }
}

/** Opens the store that the settings name. @throws {StoreUnavailable} when it is not there, or not prepared for this version */
export const openStore = (settings: StoreSettings, parts: Parts): Promise<OpenStore> =>
  settings.mongoUri === undefined ? openSqlite(settings, parts) : openMongo(settings.mongoUri, settings, parts);

/** @throws {StoreUnavailable} */
async function withConnection<Result>(uri: string, work: (connection: MongoConnection) => Promise<Result>): Promise<Result> {
  const { connectMongo } = await import('./mongo/connection.ts');
  const connection = await connectMongo(uri);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** @throws {StoreUnavailable} */
async function withIndexes<Result>(
  uri: string,
  work: (indexes: typeof import('./mongo/apply-indexes.ts'), connection: MongoConnection) => Promise<Result>,
): Promise<Result> {
  const indexes = await import('./mongo/apply-indexes.ts');
  return withConnection(uri, (connection) => work(indexes, connection));
}

/** Makes the collections and indexes that are missing, and gives what was there before; nothing to do for SQLite. */
export const applyStoreIndexes = async ({ mongoUri }: StoreSettings): Promise<readonly IndexReport[]> =>
  mongoUri === undefined ? [] : withIndexes(mongoUri, ({ applyIndexes }, connection) => applyIndexes(connection, allCollections));

/** What is there and what is missing, without changing anything. */
export const reportStoreIndexes = async ({ mongoUri }: StoreSettings): Promise<readonly IndexReport[]> =>
  mongoUri === undefined ? [] : withIndexes(mongoUri, ({ reportIndexes }, connection) => reportIndexes(connection, allCollections));

/** How far this machine's clock is ahead of the store's, in milliseconds; undefined for SQLite, which has none. @throws {StoreUnavailable} */
export const clockAheadOfStoreMs = async ({ mongoUri }: StoreSettings): Promise<number | undefined> =>
  mongoUri === undefined ? undefined : withConnection(mongoUri, async ({ clockAheadMs }) => clockAheadMs());

/** The store's name for people, without credentials. */
export const storeName = ({ sqlitePath, mongoUri }: StoreSettings): string =>
  mongoUri === undefined ? sqlitePath : (mongoUri.replace(/\/\/.*@/, '//').split('?')[0] ?? '');
