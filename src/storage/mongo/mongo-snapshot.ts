import type { mongo } from 'mongoose';
import type { Clock } from '#src/kernel/clock.ts';
import type { Collection, Page, StoredDocument, StoreSnapshot } from '#src/kernel/store.ts';
import { BackupRefused } from '../backup/backup-refused.ts';
import type { MongoConnection } from './connection.ts';
import { asUnavailable } from './faults.ts';
import { everything } from './filters.ts';
import { fromStored, type Stored } from './stored-document.ts';

/** The nodes no longer keep what was there at that moment. */
const snapshotTooOld = 239;

/**
 * All reads at the cluster time of the first one (MongoDB 5 or newer). The nodes keep the past for five minutes, unless told otherwise.
 * Closes the connection with itself.
 */
export function openMongoSnapshot({ client, database, close }: MongoConnection, clock: Clock): StoreSnapshot {
  const session = client.startSession({ snapshot: true });
  const now = clock.now();
  return {
    async scan<Doc extends StoredDocument>(declared: Collection<Doc, string>, page: Page): Promise<Doc[]> {
      const filter = everything(declared, page, now) as mongo.Filter<Stored>;
      const options = { session, readConcern: { level: 'snapshot' }, sort: { _id: 1 }, limit: page.limit } as const;
      try {
        const found = await database.collection<Stored>(declared.name).find(filter, options).toArray();
        return found.map((stored) => fromStored(stored as Stored) as Doc);
      } catch (fault) {
        if ((fault as { code?: unknown }).code !== snapshotTooOld) throw asUnavailable(fault);
        throw new BackupRefused(
          'backup_too_slow',
          'the cluster did not keep the moment of the backup until it was through: raise minSnapshotHistoryWindowInSeconds on every node for as long as it takes (docs/backup.md)',
          { cause: fault },
        );
      }
    },
    async close() {
      await session.endSession();
      await close();
    },
  };
}
