import type { AccountId, Language } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';

/** One decision of a person about one service: what was on the page and what they chose. */
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
  readonly language: Language;
  /** Where the person decided. */
  readonly method: 'browser' | 'phone';
  /** Version of the text that was shown. */
  readonly text: string;
}

/** Everything one person decided about one service, under one id so that a sign-in reads it at once. */
export interface ConsentDocument {
  /** `<account>.<client as base64url>` */
  readonly id: string;
  readonly accountId: AccountId;
  readonly clientId: string;
  readonly receipts: Readonly<Record<string, ConsentReceipt>>;
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
