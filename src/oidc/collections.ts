import type { AccountId } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';

/** Codes, access tokens, refresh tokens and client-credentials tokens, by the SHA-256 of the token. */
export interface TokenDocument {
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Whole seconds since the epoch; set once, atomically. */
  readonly consumed?: number | undefined;
  /** Which request consumed it: one that fails afterwards gives it back. */
  readonly consumer?: string | undefined;
  /** How often its service had been suspended by then; absent, never. */
  readonly suspensions?: number | undefined;
  /** Of a request by the back channel: its last poll, in milliseconds since the epoch, and how far apart polls must be by now. */
  readonly polledAt?: number | undefined;
  readonly pollSeconds?: number | undefined;
  readonly expiresAt: number;
}

/** What one client may have in one session or offline; destroying it ends every token that names it. */
export interface GrantDocument {
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly expiresAt: number;
}

/** A signed-in browser. `authorizations` is a map member of its own, so that two tabs never lose each other's. */
export interface SessionDocument {
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly authorizations: Readonly<Record<string, unknown>>;
  /** Every grant that was made in it, also here one by one: an entry of `authorizations` is written as a whole, and the later of two tabs wins. */
  readonly grants?: Readonly<Record<string, SessionGrant>>;
  /** The person has signed out: nothing more comes of it. */
  readonly ended?: true;
  /** Who is signed in, and where, for that person to see; absent while nobody is. */
  readonly accountId?: AccountId | undefined;
  readonly from?: { readonly browser: string; readonly network: string } | undefined;
  readonly expiresAt: number;
}

/** A grant as its session remembers it. */
export interface SessionGrant {
  readonly id: string;
  readonly clientId: string;
  readonly purpose: string;
  /** It outlives the session. */
  readonly offline: boolean;
}

/** A client assertion that was used. */
export interface ReplayDocument {
  readonly id: string;
  readonly expiresAt: number;
}

/** A signing key, named by its algorithm and rotation (`ES256-2`); `jwk` is the sealed private JWK, or the public one once `destroyedAt` stands. */
export interface SigningKeyDocument {
  readonly id: string;
  readonly alg: string;
  readonly jwk: string;
  readonly createdAt: number;
  /** Milliseconds since the epoch; absent, from its making: the first ones have nobody to wait for. */
  readonly signsFrom?: number | undefined;
  /** When the private half went, in milliseconds since the epoch. The public one stays, so that what it signed for courts can be checked. */
  readonly destroyedAt?: number | undefined;
}

const live = { lifetime: 'expires', durability: 'buffered', restored: 'when-asked' } as const;

export const tokens = collection<TokenDocument>()({ ...live, name: 'tokens' });
export const grants = collection<GrantDocument>()({ ...live, name: 'grants' });
export const sessions = collection<SessionDocument>()({ ...live, name: 'sessions', indexes: { account: { on: 'accountId' } } });
export const replays = collection<ReplayDocument>()({
  name: 'replays',
  lifetime: 'expires',
  durability: 'buffered',
  // it only ever forbids
  restored: 'always',
});
export const signingKeys = collection<SigningKeyDocument>()({ name: 'signing_keys', lifetime: 'kept', durability: 'flushed' });
