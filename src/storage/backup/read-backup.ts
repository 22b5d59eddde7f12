import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { type BackupHeader, type BackupTrailer, type DocumentLine, headerShape, trailerShape } from './backup-format.ts';
import { BackupRefused } from './backup-refused.ts';

/** A backup that was read to its end and is whole; whose it is, only the keys can tell. */
export interface Backup {
  readonly file: string;
  readonly header: BackupHeader;
  readonly trailer: BackupTrailer;
  readonly bytes: number;
}

/** No document is larger; without an end a small file could unfold into all of the memory. */
const longestLineBytes = 64 * 1024 * 1024;
const lineEnd = 0x0a;

/** By bytes, since a document may hold what Node's `readline` takes for the end of a line (U+2028). */
async function* linesOf(file: string): AsyncGenerator<Buffer> {
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  const unzipped = createGunzip({ chunkSize: 256 * 1024 });
  source.once('error', (fault) => unzipped.destroy(fault));
  let [pieces, length] = [[] as Buffer[], 0];
  try {
    for await (const chunk of source.pipe(unzipped) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(lineEnd); end >= 0; end = chunk.indexOf(lineEnd, from)) {
        yield Buffer.concat([...pieces, chunk.subarray(from, end)]);
        [pieces, length, from] = [[], 0, end + 1];
      }
      pieces.push(chunk.subarray(from));
      length += chunk.length - from;
      if (length > longestLineBytes) throw new SyntaxError('a line without an end');
    }
  } finally {
    source.destroy();
    unzipped.destroy();
  }
  if (length > 0) throw new SyntaxError('the last line has no end');
}

/** Gives every line but the last to `take`, and what is read of the whole. @throws {BackupRefused} `backup_damaged` */
async function readThrough(file: string, take: (line: string) => Promise<void> | void) {
  const hash = createHash('sha256');
  let last: Buffer | undefined;
  try {
    for await (const line of linesOf(file)) {
      if (last !== undefined) {
        hash.update(last).update('\n');
        await take(last.toString());
      }
      last = line;
    }
    const trailer = trailerShape.parse(JSON.parse(String(last)));
    if (hash.digest('hex') !== trailer.sha256) throw new SyntaxError('not what its last line says');
    return trailer;
  } catch (cause) {
    const isDamage =
      cause instanceof SyntaxError || cause instanceof z.ZodError || String((cause as { code?: unknown }).code).startsWith('Z_');
    if (!isDamage) throw cause;
    throw new BackupRefused('backup_damaged', `${file} is not a whole backup: it was cut off or altered, or is something else`, {
      cause,
    });
  }
}

/** Reads a backup to its end, and nothing is done with it before. @throws {BackupRefused} `backup_damaged` */
export async function examineBackup(file: string): Promise<Backup> {
  let header: BackupHeader | undefined;
  const trailer = await readThrough(file, (line) => {
    header ??= headerShape.parse(JSON.parse(line));
  });
  return { file, header: headerShape.parse(header), trailer, bytes: statSync(file).size };
}

/** Gives the documents in the order of the file. @throws {BackupRefused} `backup_damaged` when it is not what was examined */
export async function readDocuments({ file, trailer }: Backup, take: (...line: DocumentLine) => Promise<void> | void) {
  let isHeader = true;
  const found = await readThrough(file, (line) => {
    if (!isHeader) return take(...(JSON.parse(line) as DocumentLine));
    isHeader = false;
  });
  if (found.sha256 !== trailer.sha256)
    throw new BackupRefused('backup_damaged', `${file} was exchanged while it was read: restore again`);
}
