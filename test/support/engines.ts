import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '#src/kernel/clock.ts';
import type { Collection, Store } from '#src/kernel/store.ts';
import { applyIndexes } from '#src/storage/mongo/apply-indexes.ts';
import { connectMongo } from '#src/storage/mongo/connection.ts';
import { createMongoStore } from '#src/storage/mongo/mongo-store.ts';
import { openSqliteStore } from '#src/storage/sqlite/sqlite-store.ts';
import { canRunMongod, startReplicaSet } from './mongod.ts';

/** The engines that can run here, each as `SENID_STORE` names its stores. */
export const engineNames = canRunMongod() ? (['SQLite', 'MongoDB'] as const) : (['SQLite'] as const);
export type EngineName = 'SQLite' | 'MongoDB';

export interface Engines {
  /** Where a new store may be made. */
  newPlace(engine: EngineName): string;
  stop(): Promise<void>;
}

export async function startEngines(): Promise<Engines> {
  const folder = mkdtempSync(join(tmpdir(), 'senid-engines-'));
  const set = (engineNames as readonly EngineName[]).includes('MongoDB') ? await startReplicaSet() : undefined;
  let places = 0;
  return {
    newPlace(engine) {
      places += 1;
      return engine === 'SQLite' ? `sqlite:${join(folder, `store-${places}.sqlite`)}` : (set?.uri(`store${places}`) ?? '');
    },
    async stop() {
      await set?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The settings that tell where a store is. */
export const storeSettings = (place: string): { readonly sqlitePath: string; readonly mongoUri: string | undefined } =>
  place.startsWith('sqlite:') ? { sqlitePath: place.slice(7), mongoUri: undefined } : { sqlitePath: '', mongoUri: place };

/** A store of these collections, as it is kept. */
export async function openPlace(
  place: string,
  collections: readonly Collection<never, string>[],
  clock: Clock = systemClock,
): Promise<Store> {
  const { sqlitePath, mongoUri } = storeSettings(place);
  if (mongoUri === undefined) return openSqliteStore({ path: sqlitePath, clock, collections });
  const connection = await connectMongo(mongoUri);
  await applyIndexes(connection, collections);
  return createMongoStore({ connection, clock, collections });
}
