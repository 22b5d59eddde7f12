import { agencies } from '#config/agencies.ts';
import type { Account } from '#src/accounts/account.ts';
import { type HeldDocument, listDocuments } from '#src/documents/held-documents.ts';
import type { DocumentParts } from '#src/documents/ports.ts';
import { documentReasons } from '../texts/documents.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** A document as programs read it, with why it is not used in words for its holder. */
export const documentJson = ({ type, agency, state, reason, number, record, requestedAt, answeredAt }: HeldDocument) => ({
  type,
  agency: { id: agency, name: agencies[agency] },
  state,
  reason: reason === undefined ? null : { code: reason, ...documentReasons[reason] },
  number,
  record: record ?? null,
  requested_at: iso(requestedAt),
  answered_at: answeredAt === undefined ? null : iso(answeredAt),
});

export const readDocuments = async (parts: DocumentParts, account: Pick<Account, 'id'>) =>
  (await listDocuments(parts, account)).map(documentJson);
