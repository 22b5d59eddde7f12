import type { AgencyName } from '#config/agencies.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';
import type { DocumentRecord, DocumentType } from './document-types.ts';

/** What an agency is asked: whether this document is this person's, and what its register says of it. */
export interface DocumentCheck {
  /** Names the asking; the same when it is asked again. */
  readonly request: string;
  readonly type: DocumentType;
  readonly number: string;
  readonly person: { readonly idNumber: string; readonly name: string; readonly birthdate: string };
}

/**
 * `not-yet`: it was heard and takes longer. `unclear`: an answer that can't be one, about this asking alone. `unreachable`: nobody is answered
 * now. Reasons are for operators and name no person.
 */
export type AgencyAnswer =
  | { readonly outcome: 'verified'; readonly record: DocumentRecord }
  | { readonly outcome: 'mismatch' | 'not_found' }
  | { readonly outcome: 'not-yet' }
  | { readonly outcome: 'unclear' | 'unreachable'; readonly reason: string };

/** The agencies' registers. */
export interface Agencies {
  isConnected(agency: AgencyName): boolean;
  check(agency: AgencyName, check: DocumentCheck): Promise<AgencyAnswer>;
}

/** Numbers about documents; policy, not rules. */
export interface DocumentPolicy {
  /** How often a person may ask about one type of document, and how long an asking counts, in milliseconds. */
  readonly asks: number;
  readonly countedMs: number;
  /** An agency that says "not yet" is asked again after this long, then twice as long, up to the longest; given up after the last. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  readonly givenUpAfterMs: number;
  /** After this long without an answer the holder is told that the agency is silent. */
  readonly silentAfterMs: number;
}

export interface DocumentParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealing: Sealing;
  readonly agencies: Agencies;
  readonly policy: DocumentPolicy;
}
