import type { Clock } from '#src/kernel/clock.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import { type Collection, type Store, type StoredDocument, versionOf } from '#src/kernel/store.ts';
import { installationId, installations, requireKeys, type UnfinishedRestore } from '../installation.ts';
import { isOurs } from './backup-format.ts';
import { BackupRefused } from './backup-refused.ts';
import { type Backup, readDocuments } from './read-backup.ts';
import type { BackupProgress } from './write-backup.ts';

type AnyCollection = Collection<StoredDocument, string>;

export interface RestoreParts {
  /** As it is kept: documents of an earlier version stay of that version. */
  readonly store: Store;
  readonly storeName: string;
  readonly clock: Clock;
  readonly collections: readonly Collection<never, string>[];
  /** Tells this run from any other. */
  readonly run: string;
}

export interface RestoreWishes {
  readonly sessions: UnfinishedRestore['sessions'];
  readonly progress: BackupProgress;
}

const pageSize = 500;

/** @throws {BackupRefused} `backup_not_understood` */
export function requireKnown({ file, header }: Backup, collections: readonly Collection<never, string>[]): void {
  const known = new Map(collections.map((declared) => [declared.name, versionOf(declared)]));
  const unknown = Object.entries(header.collections).filter(([name, version]) => version > (known.get(name) ?? 0));
  if (unknown.length === 0) return;
  throw new BackupRefused(
    'backup_not_understood',
    `${file} was made by a newer version, which keeps ${unknown.map(([name]) => name).join(', ')} otherwise: restore it with that version`,
  );
}

/** Made with these keys, by SenID, and unaltered since. @throws {InstallationRefused | BackupRefused} */
export function requireOurs({ file, header, trailer }: Backup, sealing: Sealing, keyFile: string): void {
  requireKeys(header.installation, sealing, `in ${file}`, keyFile);
  if (!isOurs(sealing, trailer))
    throw new BackupRefused('backup_damaged', `${file} was altered by somebody without the key file: use another copy`);
}

const notEmpty = (storeName: string): BackupRefused =>
  new BackupRefused(
    'store_not_empty',
    `the store ${storeName} is in use already, and a restore needs an empty one: name another place with SENID_DATA_DIR or SENID_STORE`,
  );

/** Takes the empty store for this restore, or takes up one that was cut off. @throws {BackupRefused} */
async function claim({ store, storeName, collections }: RestoreParts, { header }: Backup, restoring: UnfinishedRestore) {
  const mark = await store.get(installations, installationId);
  if (mark === undefined) {
    for (const declared of collections as unknown as readonly AnyCollection[])
      if ((await store.scan(declared, { limit: 1 })).length > 0) throw notEmpty(storeName);
    if (await store.insert(installations, { ...header.installation, restoring })) return;
  }
  const before = mark?.restoring;
  if (before === undefined) throw notEmpty(storeName);
  if (before.backup !== restoring.backup || before.sessions !== restoring.sessions)
    throw new BackupRefused(
      'store_not_empty',
      `the store ${storeName} holds a part of the backup of ${before.backupOf} (sessions ${before.sessions}): restore that one in the same way, or empty the store`,
    );
  const taken = await store.patch(installations, installationId, { restoring: before }, { set: { restoring } });
  if (taken.outcome !== 'patched') throw takenOver();
}

const takenOver = (): BackupRefused => new BackupRefused('restore_taken_over', 'another restore has taken this one over');

/**
 * Brings an examined backup into an empty store. Until it is through, the store's mark says so and nothing else opens it; one that was cut off
 * is taken up by the next. Nothing is ever deleted or written over. What has expired since is left out.
 * @returns how many documents of each collection were restored, and how many were left out
 * @throws {BackupRefused}
 */
export async function restoreBackup(backup: Backup, parts: RestoreParts, { sessions, progress }: RestoreWishes) {
  const { store, clock, run } = parts;
  const { sha256 } = backup.trailer;
  const restoring: UnfinishedRestore = { backup: sha256, backupOf: backup.header.created_at, sessions, run };
  await claim(parts, backup, restoring);

  const byName = new Map((parts.collections as unknown as readonly AnyCollection[]).map((each) => [each.name, each]));
  const restored = Object.fromEntries(Object.keys(backup.header.collections).map((name) => [name, 0]));
  const leftOut: Record<string, number> = {};
  let page: StoredDocument[] = [];
  let into: AnyCollection | undefined;

  async function put(): Promise<void> {
    if (into === undefined || page.length === 0) return;
    if ((await store.get(installations, installationId))?.restoring?.run !== run) throw takenOver();
    await store.insertMany(into, page);
    restored[into.name] = (restored[into.name] ?? 0) + page.length;
    progress(into.name, restored[into.name] ?? 0);
    page = [];
  }

  await readDocuments(backup, async (name, document) => {
    if (into?.name !== name || page.length === pageSize) await put();
    into = byName.get(name);
    const isDead = document.expiresAt !== undefined && document.expiresAt <= clock.now();
    if (isDead || (into?.restored === 'when-asked' && sessions === 'ended')) leftOut[name] = (leftOut[name] ?? 0) + 1;
    else page.push(document);
  });
  await put();
  const done = await store.patch(installations, installationId, { restoring }, { unset: ['restoring'] });
  if (done.outcome !== 'patched') throw takenOver();
  return { collections: restored, left_out: leftOut };
}
