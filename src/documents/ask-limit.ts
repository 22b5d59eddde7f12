import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type Write, write } from '#src/kernel/store.ts';
import { documentAsks } from './collections.ts';
import type { DocumentType } from './document-types.ts';
import type { DocumentParts } from './ports.ts';

/**
 * Takes one of the few askings that a person has for a type of document: a slot that is inserted in the commit of the asking itself, so that
 * requests sent at once get no more than there are, and cancelling gives none back.
 * @throws {DomainError} `document_asked_too_often` saying when the next is free
 */
export async function countAsk(
  { store, clock, sealing, policy }: Pick<DocumentParts, 'store' | 'clock' | 'sealing' | 'policy'>,
  accountId: AccountId,
  type: DocumentType,
): Promise<Write> {
  const slots = Array.from({ length: policy.asks }, (_, at) =>
    sealing.blindIndex('document-ask', JSON.stringify([accountId, type, at])),
  );
  const taken = await store.getMany(documentAsks, slots);
  const free = slots.find((slot) => !taken.some(({ id }) => id === slot));
  if (free !== undefined) return write.insert(documentAsks, { id: free, expiresAt: clock.now() + policy.countedMs });
  const wait = Math.min(...taken.map(({ expiresAt }) => expiresAt)) - clock.now();
  throw new DomainError('document_asked_too_often', { retryAfterSeconds: Math.max(1, Math.ceil(wait / 1000)) });
}
