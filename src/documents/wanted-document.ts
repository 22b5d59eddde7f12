import type { IdentityLevel } from '#src/accounts/account.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { type DocumentType, documentNames, isDocumentType, numberOf } from './document-types.ts';

/** A document that somebody wants to have integrated; its number as it is kept. */
export interface WantedDocument {
  readonly type: DocumentType;
  readonly number: string;
}

/** @throws {DomainError} `document_level_missing`, `document_type_unknown`, `document_number_invalid` */
export function checkWanted(
  { type, number: typed }: { readonly type: string; readonly number: string },
  identityLevel: IdentityLevel,
): WantedDocument {
  if (identityLevel < 2) throw new DomainError('document_level_missing');
  if (!isDocumentType(type)) throw new DomainError('document_type_unknown', { detail: documentNames.join(', ') });
  const number = numberOf(type, typed);
  if (number === undefined) throw new DomainError('document_number_invalid', { detail: type });
  return { type, number };
}
