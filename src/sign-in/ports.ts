import type { AccountDirectory } from '#src/accounts/ports.ts';
import type { DeviceMethods } from '#src/assurance/reach.ts';
import type { ClientDirectory } from '#src/clients/ports.ts';
import type { ClaimCatalogue } from '#src/consent/claim-catalogue.ts';
import type { ValueDigest } from '#src/consent/value-digest.ts';
import type { VerificationTerms } from '#src/consent/verification.ts';
import type { DocumentType } from '#src/documents/document-types.ts';
import type { ReleasedDocuments } from '#src/documents/held-documents.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Store } from '#src/kernel/store.ts';

/** Numbers that a later decree may change; from the dated policy. */
export interface SignInPolicy {
  /** A consent is asked again after this long. */
  readonly consentLifeMs: number;
  /** A browser nobody used for this long is unknown again. */
  readonly knownBrowserLifeMs: number;
}

/** What the sign-in journey is made of. */
export interface SignInParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly accounts: AccountDirectory;
  readonly clients: ClientDirectory;
  readonly catalogue: ClaimCatalogue;
  readonly verification: VerificationTerms;
  readonly valueDigest: ValueDigest;
  /** What an enrolled phone can prove at best in this deployment. */
  readonly deviceMethods: DeviceMethods;
  readonly policy: SignInPolicy;
  /** What may leave of a person's documents now; no types, no read. */
  readonly documents: (accountId: AccountId, types: readonly DocumentType[]) => Promise<ReleasedDocuments>;
  /** The keyed digest that stands for an ID number; undefined for what is none. */
  readonly idNumberDigest: (idNumber: string) => string | undefined;
}
