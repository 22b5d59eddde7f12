import type { AccountId } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';
import type { Account, AccountLock, IdentityEvidence, IdentityLevel } from './account.ts';

/** `person` is sealed JSON of `Person`. */
export interface AccountDocument {
  readonly id: AccountId;
  readonly schema: 1;
  readonly kind: 'citizen' | 'foreigner';
  readonly identityLevel: IdentityLevel;
  readonly lock?: AccountLock | undefined;
  readonly validFrom: number;
  /** How often everything of a service, or of one purpose, was taken back (`service-endings.ts`). */
  readonly endings?: Readonly<Record<string, number>> | undefined;
  readonly authenticators: Account['authenticators'];
  readonly evidence?: IdentityEvidence | undefined;
  readonly person: string;
  /** Counts what only an account that is neither locked nor ended was given (`whileHolding`). */
  readonly given?: number | undefined;
  readonly createdAt: number;
}

/** What proves the person by knowledge or a code generator. Apart from the account, so that token checks never load it. */
export interface CredentialsDocument {
  readonly id: AccountId;
  /** PHC string. */
  readonly passwordHash?: string;
  /** Sealed base32 secret. */
  readonly totpSecret?: string;
  /** The last 30-second step whose code was taken: each code once (RFC 6238, 5.2). */
  readonly totpLastStep?: number;
}

/** Uniqueness: `id-number:<blind index>` and `phone:<blind index>` name the one account they belong to. */
export interface ReservationDocument {
  readonly id: string;
  readonly accountId: AccountId;
}

/** What was done to or with an account, for its holder to read. */
export interface AccountEventDocument {
  readonly id: string;
  readonly accountId: AccountId;
  readonly at: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Wrong entries against one limit since the first of them; the id tells neither account nor address. */
export interface WrongEntriesDocument {
  readonly id: string;
  readonly used: number;
  /** When the first of them came, in milliseconds since the epoch: which count this is. */
  readonly since: number;
  readonly expiresAt: number;
}

export const accounts = collection<AccountDocument>()({ name: 'accounts', lifetime: 'kept', durability: 'flushed' });
export const credentials = collection<CredentialsDocument>()({ name: 'credentials', lifetime: 'kept', durability: 'flushed' });
export const reservations = collection<ReservationDocument>()({ name: 'reservations', lifetime: 'kept', durability: 'flushed' });
export const accountEvents = collection<AccountEventDocument>()({
  name: 'account_events',
  lifetime: 'kept',
  durability: 'buffered',
  indexes: { account: { on: 'accountId' } },
});
export const wrongEntries = collection<WrongEntriesDocument>()({
  name: 'wrong_entries',
  lifetime: 'expires',
  durability: 'buffered',
  restored: 'never',
});
