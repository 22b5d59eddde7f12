import type { Settings } from '#config/load.ts';
import { type InstallationDocument, InstallationRefused, installationId, installations, requireComplete } from './installation.ts';
import { fromStored, type Stored } from './mongo/stored-document.ts';
import { storeName } from './open-store.ts';
import { isSqliteStoreThere, peekDocument } from './sqlite/peek-document.ts';

type StoreSettings = Pick<Settings, 'profile' | 'sqlitePath' | 'mongoUri'>;

/** A store from outside, before it is opened. */
export interface StoreLook {
  /** Its name for people, without credentials. */
  readonly name: string;
  readonly isThere: boolean;
  /** What it says that it was made for. */
  readonly mark: InstallationDocument | undefined;
}

async function lookAtMongo(uri: string): Promise<InstallationDocument | undefined> {
  const { connectMongo } = await import('./mongo/connection.ts');
  const { database, close } = await connectMongo(uri);
  try {
    const found = await database.collection<Stored>(installations.name).findOne({ _id: installationId });
    return found === null ? undefined : (fromStored(found as Stored) as InstallationDocument);
  } finally {
    await close();
  }
}

/** Looks without making or changing anything. @throws {StoreUnavailable} when it is there and can't be read, or does not answer */
export async function lookAtStore(settings: StoreSettings): Promise<StoreLook> {
  const { sqlitePath, mongoUri } = settings;
  const name = storeName(settings);
  if (mongoUri !== undefined) {
    const mark = await lookAtMongo(mongoUri);
    return { name, isThere: mark !== undefined, mark };
  }
  return { name, isThere: isSqliteStoreThere(sqlitePath), mark: peekDocument(sqlitePath, installations, installationId) };
}

/** The mark of a store that is there and whole. @throws {InstallationRefused} */
export function requireStarted({ name, mark }: StoreLook): InstallationDocument {
  if (mark === undefined)
    throw new InstallationRefused('store_missing', `nothing has started on ${name} yet: there is nothing to work on`);
  requireComplete(mark, name);
  return mark;
}
