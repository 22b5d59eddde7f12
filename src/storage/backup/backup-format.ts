import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { StoredDocument } from '#src/kernel/store.ts';

/** The first line. A backup of another format has another number, and is not read. */
export const headerShape = z.object({
  senid_backup: z.literal(1),
  created_at: z.iso.datetime(),
  installation: z.looseObject({
    id: z.literal('this'),
    profile: z.enum(['development', 'test', 'production']),
    keyCheck: z.string(),
    createdAt: z.number(),
  }),
  /** Every collection that is in it, with the version of its documents. */
  collections: z.record(z.string(), z.number()),
});
export type BackupHeader = z.infer<typeof headerShape>;

/** A line between: the collection's name, and the document as the store keeps it, sealed members sealed. */
export type DocumentLine = readonly [collection: string, document: StoredDocument];

/** The last line: without it a backup is cut off. */
export const trailerShape = z.object({
  counts: z.record(z.string(), z.number()),
  /** Of all bytes before this line: anybody may check it. */
  sha256: z.hex(),
  /** Of that digest, under a key derived from the key file: nobody else makes one that is taken. */
  hmac: z.base64url(),
});
export type BackupTrailer = z.infer<typeof trailerShape>;

/** What only the holder of the key file can say of a backup's content. */
export const backupHmac = (sealing: Sealing, sha256: string): string =>
  createHmac('sha256', sealing.deriveKey('backup-v1')).update(sha256).digest('base64url');

export function isOurs(sealing: Sealing, { sha256, hmac }: BackupTrailer): boolean {
  const [expected, found] = [Buffer.from(backupHmac(sealing, sha256)), Buffer.from(hmac)];
  return expected.length === found.length && timingSafeEqual(expected, found);
}
