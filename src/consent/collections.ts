import type { LegalBasis } from '#src/clients/client.ts';
import type { AccountId, ApprovalId, DeviceId, Language, LocalizedText } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';

/** The words a person decided on, kept as they were: a registration may change them later. */
export interface ShownWords {
  readonly service: LocalizedText;
  readonly domain: string;
  readonly purpose: LocalizedText;
  /** Of the claims that were told. */
  readonly legalBasis: readonly LegalBasis[];
  /** The sentences of the page from top to bottom, without anybody's data; empty where a phone rendered it. */
  readonly page: readonly string[];
}

/** What a phone signed: the JWS names the approval and the digest of the bytes that were on its screen. */
export interface SignedDecision {
  readonly deviceId: DeviceId;
  readonly approvalId: ApprovalId;
  readonly jws: string;
}

/** One decision of a person about one service: what was on the page and what they chose. It is never changed. */
export interface ConsentReceipt {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly until: number;
  readonly purpose: string;
  readonly granted: readonly string[];
  readonly refused: readonly string[];
  /** Told with a legal basis, not asked. */
  readonly informed: readonly string[];
  readonly offlineAccess: boolean;
  readonly acr: string;
  /** Of the page; a phone gets both and shows its own. */
  readonly language: Language;
  /** Where the person decided. */
  readonly method: 'browser' | 'phone';
  /** Version of the text that was shown. */
  readonly text: string;
  /** Which of the document's words were shown; absent in receipts of a version before, as is `identity`. */
  readonly shown?: string;
  /** How the account was proven then (`identity-mark.ts`). */
  readonly identity?: string;
  /** Of a phone's decision. */
  readonly decision?: SignedDecision;
}

/** Somebody took back what receipts gave. It is never changed either: a later grant is another receipt. */
export interface Withdrawal {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Absent: every purpose of the service. */
  readonly purpose?: string;
  /** Absent: all of it, tokens too. */
  readonly claim?: string;
  /** The receipts it covers, by their names: whatever clocks say, one that came later is not among them. */
  readonly receipts: readonly string[];
  readonly by: 'self' | 'operator';
  readonly reason?: string;
}

/** Everything one person decided about one service, under one id so that a sign-in reads it at once. */
export interface ConsentDocument {
  /** `<account>.<client as base64url>` */
  readonly id: string;
  readonly accountId: AccountId;
  readonly clientId: string;
  readonly receipts: Readonly<Record<string, ConsentReceipt>>;
  /** By their digest, so that receipts with the same words share them. */
  readonly words?: Readonly<Record<string, ShownWords>>;
  readonly withdrawals?: Readonly<Record<string, Withdrawal>>;
  /** Counts receipts and withdrawals: a withdrawal is written on exactly what it was decided on. */
  readonly entries?: number;
}

export const consents = collection<ConsentDocument>()({
  name: 'consents',
  lifetime: 'kept',
  durability: 'flushed',
  indexes: { account: { on: 'accountId' } },
});

export const consentId = (accountId: AccountId, clientId: string): string =>
  `${accountId}.${Buffer.from(clientId).toString('base64url')}`;

/** One value that a service had compared. Neither whose, nor which claim, nor the value is to be read from it. */
export interface MatchGuessDocument {
  readonly id: string;
  readonly guess: string;
  readonly expiresAt: number;
}

export const matchGuesses = collection<MatchGuessDocument>()({
  name: 'match_guesses',
  lifetime: 'expires',
  durability: 'buffered',
  // without them a service could guess again
  restored: 'always',
});
