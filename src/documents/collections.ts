import type { AgencyName } from '#config/agencies.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';
import type { DocumentType } from './document-types.ts';

/** `pending`: the agency has been asked and has not answered. The others are its answers. */
export type DocumentState = 'pending' | 'verified' | 'mismatch' | 'not_found';

/** One document of one person. Of a type a person has one. */
export interface DocumentEntry {
  /** `<account>.<type>` */
  readonly id: string;
  readonly accountId: AccountId;
  readonly type: DocumentType;
  readonly agency: AgencyName;
  readonly state: DocumentState;
  /** Names the asking: an answer to another one changes nothing. */
  readonly request: string;
  /** Sealed JSON of `DocumentContent`. */
  readonly content: string;
  /** Milliseconds since the epoch. */
  readonly requestedAt: number;
  readonly answeredAt?: number;
}

export const documents = collection<DocumentEntry>()({
  name: 'documents',
  lifetime: 'kept',
  durability: 'flushed',
  indexes: { account: { on: 'accountId' } },
});

export const documentId = (accountId: AccountId, type: DocumentType): string => `${accountId}.${type}`;

/** One asking that counts against the limit. Neither whose nor about what is to be read from it. */
export interface DocumentAskDocument {
  readonly id: string;
  readonly expiresAt: number;
}

export const documentAsks = collection<DocumentAskDocument>()({
  name: 'document_asks',
  lifetime: 'expires',
  durability: 'buffered',
  // without them numbers could be guessed again
  restored: 'always',
});
