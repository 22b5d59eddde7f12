import type { StoredDocument } from '#src/kernel/store.ts';

/** A document as it lies in MongoDB: `_id` is its id, and `expiresOn` repeats `expiresAt` as the date that a TTL index reads. */
export interface Stored {
  readonly _id: string;
  readonly expiresAt?: number | undefined;
  readonly expiresOn?: Date;
  readonly [member: string]: unknown;
}

/** Rounded up, so that the server never deletes what a reader would still be given. */
export const dateOf = (expiresAt: number): Date => new Date(Math.ceil(expiresAt));

export function toStored({ id, ...members }: StoredDocument): Stored {
  const { expiresAt } = members;
  return expiresAt === undefined ? { _id: id, ...members } : ({ _id: id, ...members, expiresOn: dateOf(expiresAt) } as Stored);
}

export function fromStored(stored: Stored): StoredDocument {
  const document: Record<string, unknown> = { id: stored._id };
  for (const member in stored) if (member !== '_id' && member !== 'expiresOn') document[member] = stored[member];
  return document as unknown as StoredDocument;
}

export const isLive = ({ expiresAt }: StoredDocument | Stored, now: number): boolean => expiresAt === undefined || expiresAt > now;
