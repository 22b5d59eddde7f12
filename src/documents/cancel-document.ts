import type { Account } from '#src/accounts/account.ts';
import { accountEvent } from '#src/accounts/account-events.ts';
import { accountEvents } from '#src/accounts/collections.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { CommitConflict, write } from '#src/kernel/store.ts';
import { documentId, documents } from './collections.ts';
import { isDocumentType } from './document-types.ts';
import type { DocumentParts } from './ports.ts';

/**
 * Takes a document out: number and content are gone at once, no service gets it from then on, and an answer of the agency that is under way
 * changes nothing. Possible while the account is locked.
 * @throws {DomainError} `document_not_found`
 */
export async function cancelDocument(
  parts: DocumentParts,
  { id: accountId }: Pick<Account, 'id'>,
  type: string,
  by: 'self' | 'operator',
): Promise<void> {
  const id = isDocumentType(type) ? documentId(accountId, type) : undefined;
  for (;;) {
    const held = id === undefined ? undefined : await parts.store.get(documents, id);
    if (held === undefined) throw new DomainError('document_not_found');
    const { agency, request } = held;
    try {
      return await parts.store.commit([
        // of two who cancel one writes it down
        write.patch(documents, held.id, { request }, { set: { request: '' } }),
        write.remove(documents, held.id),
        write.insert(accountEvents, accountEvent(parts, accountId, 'document-cancelled', { document: held.type, agency, by })),
      ]);
    } catch (conflict) {
      if (!(conflict instanceof CommitConflict)) throw conflict;
    }
  }
}
