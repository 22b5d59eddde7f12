import type { LineDocuments } from '#src/accounts/ports.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { outbox } from '#src/outbox/collections.ts';
import { newMessage } from '#src/outbox/messages.ts';
import { type DocumentEntry, documentId, documents } from './collections.ts';
import { checkMessage } from './document-check.ts';
import { documentTypes } from './document-types.ts';
import { sealContent } from './held-documents.ts';
import type { DocumentParts } from './ports.ts';
import { checkWanted, type WantedDocument } from './wanted-document.ts';

/**
 * Documents of import lines: as if each new holder had asked, with the agencies that have no address yet too. What a broken import has written
 * has the same name in the next, so that whichever message is left asks about it.
 */
export function createLineDocuments(
  parts: Pick<DocumentParts, 'store' | 'clock' | 'random' | 'sealing'>,
): LineDocuments<WantedDocument> {
  function entryOf(accountId: AccountId, { type, number }: WantedDocument): DocumentEntry {
    const id = documentId(accountId, type);
    const request = parts.sealing.blindIndex('imported-document', id);
    const content = sealContent(parts.sealing, id, { number });
    const { agency } = documentTypes[type];
    return { id, accountId, type, agency, state: 'pending', request, content, requestedAt: parts.clock.now() };
  }

  return {
    check: (said, identityLevel) => said.map((each) => checkWanted(each, identityLevel)),
    async keep(opened) {
      const entries = opened.flatMap(({ accountId, documents: wanted }) => wanted.map((each) => entryOf(accountId, each)));
      if (entries.length === 0) return;
      await parts.store.insertMany(documents, entries);
      await parts.store.insertMany(
        outbox,
        entries.map((entry) => newMessage(parts, checkMessage(entry))),
      );
    },
  };
}
