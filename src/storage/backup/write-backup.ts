import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Sealing } from '#src/kernel/sealing.ts';
import { type Collection, type StoredDocument, type StoreSnapshot, versionOf } from '#src/kernel/store.ts';
import type { InstallationDocument } from '../installation.ts';
import { type BackupHeader, type BackupTrailer, backupHmac, type DocumentLine } from './backup-format.ts';
import { BackupRefused } from './backup-refused.ts';

/** Told after each page: how many documents of the collection are through. */
export type BackupProgress = (collection: string, documents: number) => void;

export interface BackupContent {
  readonly snapshot: StoreSnapshot;
  readonly mark: InstallationDocument;
  readonly collections: readonly Collection<never, string>[];
  readonly sealing: Sealing;
  readonly createdAt: Date;
  readonly progress: BackupProgress;
}

const pageSize = 500;

async function* textOf({ snapshot, mark, collections, sealing, createdAt, progress }: BackupContent, counts: Map<string, number>) {
  const hash = createHash('sha256');
  const counted = (text: string): string => {
    hash.update(text);
    return text;
  };
  const { id: _, ...said } = mark;
  const header: BackupHeader = {
    senid_backup: 1,
    created_at: createdAt.toISOString(),
    installation: { id: 'this', ...said },
    collections: Object.fromEntries(collections.map((declared) => [declared.name, versionOf(declared)])),
  };
  yield counted(`${JSON.stringify(header)}\n`);
  for (const declared of collections as unknown as readonly Collection<StoredDocument, string>[]) {
    let [after, through, page] = ['', 0, [] as StoredDocument[]];
    do {
      page = await snapshot.scan(declared, { after, limit: pageSize });
      after = page.at(-1)?.id ?? after;
      yield counted(page.map((document) => `${JSON.stringify([declared.name, document] satisfies DocumentLine)}\n`).join(''));
      through += page.length;
      counts.set(declared.name, through);
      progress(declared.name, through);
    } while (page.length === pageSize);
  }
  const sha256 = hash.digest('hex');
  const trailer: BackupTrailer = { counts: Object.fromEntries(counts), sha256, hmac: backupHmac(sealing, sha256) };
  yield `${JSON.stringify(trailer)}\n`;
}

/** @throws {BackupRefused} `backup_exists` */
export function requireFree(file: string, force: boolean): void {
  if (!force && existsSync(file))
    throw new BackupRefused('backup_exists', `${file} is there already: choose another name, or write over it with --force`);
}

/**
 * Writes a backup beside its name and gives it the name when it is whole and on disk; its owner alone can read it.
 * @returns how many documents of each collection are in it, and its size
 */
export async function writeBackup(
  file: string,
  content: BackupContent,
  { force }: { readonly force: boolean },
): Promise<{ readonly collections: Record<string, number>; readonly bytes: number }> {
  requireFree(file, force);
  const partial = `${file}.${process.pid}.partial`;
  const counts = new Map<string, number>();
  try {
    await pipeline(
      Readable.from(textOf(content, counts)),
      // most of it is sealed, and what is sealed shrinks by its alphabet alone
      createGzip({ level: 1 }),
      createWriteStream(partial, { mode: 0o600, flags: 'wx', flush: true }),
    );
    requireFree(file, force);
    renameSync(partial, file);
  } catch (failure) {
    rmSync(partial, { force: true });
    throw failure;
  }
  return { collections: Object.fromEntries(counts), bytes: statSync(file).size };
}
