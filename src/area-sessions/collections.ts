import type { AccountId } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';

/** A person in one of SenID's own web areas; the id is the digest of the cookie. */
export interface AreaSessionDocument {
  readonly id: string;
  readonly area: string;
  readonly accountId: AccountId;
  /** The account's at the sign-in: another one ends this. */
  readonly validFrom: number;
  /** As the ID token said it. */
  readonly acr: string;
  /** Whole seconds since the epoch: when the person proved who they are. */
  readonly authTime: number;
  /** The first sign-in of a chain of proofs, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly seenAt: number;
  /** The browser it was opened in, for its person to recognise; of its address the network. */
  readonly from?: { readonly browser: string; readonly network: string } | undefined;
  /** The provider's session it came out of, by what stays the same of that: it ends with it where its person ends that. */
  readonly openedIn?: string | undefined;
  /** What the next page says once; sealed. */
  readonly said?: string | undefined;
  readonly expiresAt: number;
}

export const areaSessions = collection<AreaSessionDocument>()({
  name: 'area_sessions',
  lifetime: 'expires',
  durability: 'buffered',
  restored: 'never',
  indexes: { account: { on: 'accountId' } },
});
