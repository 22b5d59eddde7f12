import type { Settings } from '#config/load.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { StoreSnapshot } from '#src/kernel/store.ts';

type StoreSettings = Pick<Settings, 'sqlitePath' | 'mongoUri'>;

/** Of the store that the settings name; makes and changes nothing. @throws {StoreUnavailable} */
export async function openSnapshot({ sqlitePath, mongoUri }: StoreSettings, clock: Clock): Promise<StoreSnapshot> {
  if (mongoUri === undefined) return (await import('./sqlite/sqlite-snapshot.ts')).openSqliteSnapshot(sqlitePath, clock);
  const [{ connectMongo }, { openMongoSnapshot }] = await Promise.all([
    import('./mongo/connection.ts'),
    import('./mongo/mongo-snapshot.ts'),
  ]);
  return openMongoSnapshot(await connectMongo(mongoUri), clock);
}
