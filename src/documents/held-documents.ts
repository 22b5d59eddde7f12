import { type AgencyName, agencies } from '#config/agencies.ts';
import type { Account } from '#src/accounts/account.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import { type DocumentEntry, type DocumentState, documentId, documents } from './collections.ts';
import type { DocumentRecord, DocumentType } from './document-types.ts';
import type { DocumentParts, DocumentPolicy } from './ports.ts';

/** What is sealed of a document. */
export interface DocumentContent {
  readonly number: string;
  /** As the agency's register says it; of a verified document. */
  readonly record?: DocumentRecord;
}

/** Why a document is not, or no longer, used: what its holder is told in words. */
export type DocumentReason = 'being-checked' | 'agency-silent' | 'differs' | 'unknown' | 'expired';

/** A document as its holder sees it. */
export interface HeldDocument {
  readonly type: DocumentType;
  readonly agency: AgencyName;
  readonly state: DocumentState | 'expired';
  /** Absent where it is verified. */
  readonly reason?: DocumentReason;
  readonly number: string;
  readonly record?: DocumentRecord;
  /** Milliseconds since the epoch. */
  readonly requestedAt: number;
  readonly answeredAt?: number;
}

/** What leaves of each document, by its type. */
export type ReleasedDocuments = ReadonlyMap<DocumentType, object>;

const contentContext = (id: string): string => `documents/${id}/content`;

export const sealContent = (sealing: Sealing, id: string, content: DocumentContent): string =>
  sealing.seal(JSON.stringify(content), contentContext(id));

export const openContent = (sealing: Sealing, { id, content }: Pick<DocumentEntry, 'id' | 'content'>): DocumentContent =>
  JSON.parse(sealing.open(content, contentContext(id))) as DocumentContent;

/** Its last day in Viet Nam is over. */
const isExpired = (record: DocumentRecord | undefined, nowMs: number): boolean =>
  record?.expires_on !== undefined && Date.parse(`${record.expires_on}T23:59:59.999+07:00`) < nowMs;

function reasonOf(state: HeldDocument['state'], waitedMs: number, { silentAfterMs }: DocumentPolicy): DocumentReason | undefined {
  if (state === 'pending') return waitedMs < silentAfterMs ? 'being-checked' : 'agency-silent';
  return ({ mismatch: 'differs', not_found: 'unknown', expired: 'expired', verified: undefined } as const)[state];
}

export function heldDocument({ sealing, clock, policy }: DocumentParts, entry: DocumentEntry): HeldDocument {
  const { type, agency, requestedAt, answeredAt } = entry;
  const { number, record } = openContent(sealing, entry);
  const state = entry.state === 'verified' && isExpired(record, clock.now()) ? 'expired' : entry.state;
  const reason = reasonOf(state, clock.now() - requestedAt, policy);
  return {
    ...{ type, agency, state, number, requestedAt },
    ...(reason === undefined ? {} : { reason }),
    ...(record === undefined ? {} : { record }),
    ...(answeredAt === undefined ? {} : { answeredAt }),
  };
}

/** Everything a person integrated or asked for, newest first. */
export async function listDocuments(parts: DocumentParts, { id }: Pick<Account, 'id'>): Promise<HeldDocument[]> {
  const entries = await parts.store.find(documents, 'account', id, { limit: 100 });
  return entries
    .sort((one, other) => other.requestedAt - one.requestedAt || one.type.localeCompare(other.type))
    .map((entry) => heldDocument(parts, entry));
}

/**
 * What may leave of these documents now: only what the agency verified and what has not expired. The one place where documents get their values
 * for a service; read where they are shown or leave, and not kept.
 */
export async function readReleased(
  { store, sealing, clock }: Pick<DocumentParts, 'store' | 'sealing' | 'clock'>,
  accountId: AccountId,
  types: readonly DocumentType[],
): Promise<ReleasedDocuments> {
  if (types.length === 0) return new Map();
  const ids = [...new Set(types)].map((type) => documentId(accountId, type));
  const released = new Map<DocumentType, object>();
  for (const entry of await store.getMany(documents, ids)) {
    const { number, record } = entry.state === 'verified' ? openContent(sealing, entry) : {};
    if (number === undefined || record === undefined || isExpired(record, clock.now())) continue;
    const verifiedAt = new Date(entry.answeredAt ?? entry.requestedAt).toISOString().replace(/\.\d+Z$/, 'Z');
    released.set(entry.type, { number, ...record, managing_agency: agencies[entry.agency].vi, verified_at: verifiedAt });
  }
  return released;
}
