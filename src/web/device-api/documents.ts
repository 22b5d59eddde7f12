import { agencies } from '#config/agencies.ts';
import type { Account } from '#src/accounts/account.ts';
import { isWaiting } from '#src/devices/waiting.ts';
import { type HeldDocument, listDocuments } from '#src/documents/held-documents.ts';
import type { DocumentParts } from '#src/documents/ports.ts';
import { documentReasons } from '../texts/documents.ts';
import type { DeviceCall } from './call.ts';
import type { DeviceApiParts } from './parts.ts';

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

/**
 * The same on a phone. Where the account is locked, and on a phone that its owner may still remove, it says which documents there are and why one is
 * not used, and nothing of what stands in them: whoever holds a lost phone reads none, and reading needs no PIN.
 */
export async function documentsOnPhone(
  { documents, clock }: Pick<DeviceApiParts, 'documents' | 'clock'>,
  { account, device }: Pick<DeviceCall, 'account' | 'device'>,
) {
  const shown = await readDocuments(documents, account);
  const isOpen = account.lock === undefined && !isWaiting(device, clock.now());
  return isOpen ? shown : shown.map((document) => ({ ...document, number: null, record: null }));
}
