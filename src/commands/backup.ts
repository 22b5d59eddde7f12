import { accessSync, constants, existsSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '#src/kernel/clock.ts';
import { systemRandom } from '#src/kernel/random.ts';
import { BackupRefused } from '#src/storage/backup/backup-refused.ts';
import { examineBackup } from '#src/storage/backup/read-backup.ts';
import { requireKnown, requireOurs, restoreBackup } from '#src/storage/backup/restore-backup.ts';
import { requireFree, writeBackup } from '#src/storage/backup/write-backup.ts';
import { allCollections } from '#src/storage/collections.ts';
import { requireKeys, requireProfile } from '#src/storage/installation.ts';
import { loadKeyFile } from '#src/storage/key-file.ts';
import { lookAtStore, requireStarted } from '#src/storage/look-at-store.ts';
import { openSnapshot } from '#src/storage/open-snapshot.ts';
import { openStore, storeName } from '#src/storage/open-store.ts';
import { createSealing } from '#src/storage/sealing-aes.ts';
import { type CommonOptions, print, refusing, settingsFor } from './command-context.ts';
import { counted, sayProgress } from './progress.ts';

const keptCollections = allCollections.filter(({ restored }) => restored !== 'never');

const linesOf = (collections: Readonly<Record<string, number>>): string[] =>
  Object.entries(collections)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `  ${counted(count)} ${name}`);

function progressOf(doing: string): (collection: string, documents: number) => void {
  const say = sayProgress();
  return (collection, documents) => say(`${doing} ${collection}: ${counted(documents)}`);
}

async function backUp(file: string, options: CommonOptions & { readonly force?: boolean }): Promise<void> {
  const force = options.force === true;
  requireFree(file, force);
  const settings = await settingsFor(options);
  const look = await lookAtStore(settings);
  const mark = requireStarted(look);
  const { keyFile, profile } = settings;
  // a backup whose keys are not at hand would never be restored
  const sealing = createSealing(loadKeyFile(keyFile, { profile, store: look }));
  requireKeys(mark, sealing, look.name, keyFile);
  const snapshot = await openSnapshot(settings, systemClock);
  try {
    const createdAt = new Date();
    const content = { snapshot, mark, collections: keptCollections, sealing, createdAt, progress: progressOf('backing up') };
    const written = await writeBackup(file, content, { force });
    print(options, written, [
      `${file}: ${counted(written.bytes)} bytes`,
      ...linesOf(written.collections),
      `The key file ${keyFile} is not in it. Without a copy of that, kept elsewhere, nobody can restore this backup.`,
    ]);
  } finally {
    await snapshot.close();
  }
}

async function restore(file: string, options: CommonOptions & { readonly keepSessions?: boolean }): Promise<void> {
  accessSync(file, constants.R_OK);
  process.stderr.write(`reading ${file} to its end before anything is written\n`);
  const backup = await examineBackup(file);
  requireKnown(backup, keptCollections);
  const settings = await settingsFor(options, { withoutStore: backup.header.installation.profile });
  const { keyFile, profile } = settings;
  requireProfile(backup.header.installation, profile, `in ${file}`);
  if (!existsSync(keyFile))
    throw new BackupRefused(
      'key_file_missing',
      `the key file ${keyFile} is missing: no backup holds it, put your copy there first`,
    );
  const sealing = createSealing(loadKeyFile(keyFile, { profile, store: await lookAtStore(settings) }));
  requireOurs(backup, sealing, keyFile);
  const { store, close } = await openStore(settings, { clock: systemClock, random: systemRandom });
  try {
    const sessions = options.keepSessions === true ? 'kept' : 'ended';
    const run = systemRandom.bytes(8).toString('hex');
    const parts = { store, storeName: storeName(settings), clock: systemClock, collections: keptCollections, run };
    const restored = await restoreBackup(backup, parts, { sessions, progress: progressOf('restoring') });
    print(options, { ...restored, bytes: backup.bytes }, [
      `restored the backup of ${backup.header.created_at} into ${parts.storeName}`,
      ...linesOf(restored.collections),
      ...linesOf(restored.left_out).map((line) => `${line} left out: expired, or it would sign people in again`),
      `What happened after ${backup.header.created_at} is not there: locks, lost phones, suspended services and withdrawn consents of that time must be entered again before you serve (docs/backup.md).`,
    ]);
  } finally {
    await close();
  }
}

/** `senid backup FILE` and `senid restore FILE`: one file for either engine. */
export function registerBackupCommands(program: Command): void {
  program
    .command('backup <file>')
    .description('everything the store holds at this moment, as one file; the server may run, the key file is not in it')
    .option('--force', 'write over the file')
    .action(refusing((file: string, _own: object, command: Command) => backUp(file, command.optsWithGlobals())));
  program
    .command('restore <file>')
    .description('a backup into an empty store of either engine; nobody stays signed in')
    .option('--keep-sessions', 'also sessions, grants, tokens and codes: what was used or ended since the backup works again')
    .action(refusing((file: string, _own: object, command: Command) => restore(file, command.optsWithGlobals())));
}
