import type { IdentityLevel, Person } from '#src/accounts/account.ts';
import type { Client } from '#src/clients/client.ts';
import type { DocumentType } from '#src/documents/document-types.ts';
import type { ReleasedDocuments } from '#src/documents/held-documents.ts';
import { type ClaimCatalogue, companionOf, documentsAmong } from './claim-catalogue.ts';
import type { RequestedClaim } from './claim-request.ts';
import { fitsLevel } from './consent-plan.ts';
import { readsByLaw } from './legal-basis.ts';
import { decisionOn, type Standing } from './standing.ts';
import type { ValueDigest } from './value-digest.ts';

export interface ReleaseQuestion {
  readonly catalogue: ClaimCatalogue;
  readonly client: Client;
  readonly standing: Standing;
  /** The purpose that the token was asked for. */
  readonly purpose: string;
  /** Of this sign-in and of the account now, whichever is lower. */
  readonly identityLevel: IdentityLevel;
  readonly person: () => Person;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly digest: ValueDigest;
  /** Of those that `documentsToRead` names. */
  readonly documents?: ReleasedDocuments;
}

/** By consent for this purpose, or by a public service's legal basis that the person was told of. */
export function mayReceive({ client, standing, purpose, person }: ReleaseQuestion, claim: string): boolean {
  const subject = companionOf[claim] ?? claim;
  if (!client.policy.allowedClaims.includes(subject) || !client.policy.purposes.some(({ id }) => id === purpose)) return false;
  const decision = decisionOn(standing, purpose, subject);
  if (decision !== 'informed') return decision === 'granted';
  return readsByLaw(client, subject, person);
}

const mayLeave = (question: ReleaseQuestion, claim: string): boolean =>
  fitsLevel(question.catalogue, claim, question.identityLevel) && mayReceive(question, claim);

/** The documents that would leave, where the person has them: no other is even read. */
export const documentsToRead = (question: ReleaseQuestion, requested: Iterable<Pick<RequestedClaim, 'name'>>): DocumentType[] =>
  documentsAmong(question.catalogue, requested).length === 0
    ? []
    : documentsAmong(
        question.catalogue,
        [...requested].filter(({ name }) => mayLeave(question, name)),
      );

/**
 * What leaves = requested ∩ registered ∩ consented (or legal basis) ∩ held now at this level. The one place where claims get their values
 * for a service; verified ones get theirs by the same rules in `verified-claims.ts`.
 */
export function releaseClaims(
  question: ReleaseQuestion,
  requested: Iterable<Pick<RequestedClaim, 'name' | 'guess'>>,
): Record<string, unknown> {
  const released: Record<string, unknown> = {};
  let person: Person | undefined;
  for (const { name, guess } of requested) {
    const definition = question.catalogue.get(name);
    if (definition === undefined || definition.verifies !== undefined) continue;
    if (!mayLeave(question, name)) continue;
    person ??= question.person();
    const { now, digest, documents } = question;
    const value = definition.read(person, { now, digest, guess, documents });
    if (value !== undefined) released[name] = value;
  }
  return released;
}
