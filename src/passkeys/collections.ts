import type { AccountId } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';

/** A WebAuthn credential of an account. */
export interface PasskeyDocument {
  /** The credential's id, base64url. */
  readonly id: string;
  readonly accountId: AccountId;
  /** COSE key, base64url. */
  readonly publicKey: string;
  /** The authenticator's signature counter; stays 0 for those that have none. */
  readonly counter: number;
  /** It may be copied to other devices of its holder (backup eligible): then it is no hardware key. */
  readonly isSynced: boolean;
  /** How the browser reaches it (`usb`, `internal` …). */
  readonly transports: readonly string[];
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
  readonly usedAt?: number | undefined;
  /** Added by somebody who proved less than two factors: until then nobody can be sure that it is the holder's. Milliseconds since the epoch. */
  readonly waitingUntil?: number | undefined;
}

export const passkeys = collection<PasskeyDocument>()({
  name: 'passkeys',
  lifetime: 'kept',
  durability: 'flushed',
  indexes: { account: { on: 'accountId' } },
});

/** A challenge that was answered, under its digest. */
export interface UsedChallengeDocument {
  readonly id: string;
  readonly expiresAt: number;
}

export const usedChallenges = collection<UsedChallengeDocument>()({
  name: 'used_challenges',
  lifetime: 'expires',
  durability: 'flushed',
  // an answer that was used stays used
  restored: 'always',
});
