import type { Account } from '#src/accounts/account.ts';
import { accountEvent } from '#src/accounts/account-events.ts';
import { accountEvents, accounts } from '#src/accounts/collections.ts';
import { whileHolding } from '#src/accounts/locks.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { randomIdentifier } from '#src/kernel/random.ts';
import { CommitConflict, type Write, write } from '#src/kernel/store.ts';
import { queued } from '#src/outbox/messages.ts';
import { countAsk } from './ask-limit.ts';
import { type DocumentEntry, documentId, documents } from './collections.ts';
import { checkMessage } from './document-check.ts';
import { documentTypes } from './document-types.ts';
import { type HeldDocument, heldDocument, sealContent } from './held-documents.ts';
import type { DocumentParts } from './ports.ts';
import { checkWanted } from './wanted-document.ts';

function entryWrite(entry: DocumentEntry, before: DocumentEntry | undefined): Write {
  if (before === undefined) return write.insert(documents, entry);
  const { state, request, content, requestedAt, agency } = entry;
  return write.patch(
    documents,
    entry.id,
    { request: before.request },
    { set: { state, request, content, requestedAt, agency }, unset: ['answeredAt'] },
  );
}

const mostTries = 20;

/**
 * Asks the managing agency whether a document is this person's; its answer comes later. Asked again, also with another number, what was there
 * before is used no longer, and an answer to it changes nothing.
 * @param by who asks, for the holder's history
 * @throws {DomainError} `document_type_unknown`, `document_number_invalid`, `document_level_missing`, `account_locked`,
 * `document_agency_missing`, `document_asked_too_often`
 */
export async function requestDocument(
  parts: DocumentParts,
  account: Account,
  given: { readonly type: string; readonly number: string },
  by: 'self' | 'operator',
): Promise<HeldDocument> {
  const { type, number } = checkWanted(given, account.identityLevel);
  const { agency } = documentTypes[type];
  if (account.lock !== undefined) throw new DomainError('account_locked');
  if (!parts.agencies.isConnected(agency)) throw new DomainError('document_agency_missing', { detail: agency });
  const id = documentId(account.id, type);
  for (let tries = 0; ; tries += 1) {
    const before = await parts.store.get(documents, id);
    const request = randomIdentifier(parts.random);
    const content = sealContent(parts.sealing, id, { number });
    const requestedAt = parts.clock.now();
    const entry: DocumentEntry = { id, accountId: account.id, type, agency, state: 'pending', request, content, requestedAt };
    const ask = await countAsk(parts, account.id, type);
    try {
      await parts.store.commit([
        whileHolding(account),
        ask,
        entryWrite(entry, before),
        queued(parts, checkMessage(entry)),
        write.insert(accountEvents, accountEvent(parts, account.id, 'document-requested', { document: type, agency, by })),
      ]);
      return heldDocument(parts, entry);
    } catch (conflict) {
      if (!(conflict instanceof CommitConflict)) throw conflict;
      // locked or ended since it was read
      if (conflict.collection === accounts.name) throw new DomainError('account_locked');
      if (tries >= mostTries) throw conflict;
    }
  }
}
