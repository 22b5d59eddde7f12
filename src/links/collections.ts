import type { AccountId } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';

/** An account of a service, as the service says it. */
export interface ServiceAccount {
  /** The service's own name for it; opaque to us. */
  readonly reference: string;
  /** What the person recognises it by. */
  readonly label: string;
}

/** A service asks for a link; the id is the digest of what it was given. */
export interface LinkRequestDocument {
  readonly id: string;
  readonly clientId: string;
  /** Sealed JSON of `ServiceAccount`. */
  readonly account: string;
  /** Who said yes; nobody else may. */
  readonly confirmedBy?: AccountId | undefined;
  /** What the person was told that it takes the place of: the key of a reference, or `none`. */
  readonly replaces?: string | undefined;
  /** The link was made. */
  readonly isDone?: true | undefined;
  readonly expiresAt: number;
}

/** A link that stands. */
export interface LinkDocument {
  /** `<account>.<client as base64url>`: one person has one account at a service. */
  readonly id: string;
  readonly accountId: AccountId;
  readonly clientId: string;
  /** Sealed JSON of `ServiceAccount`. */
  readonly account: string;
  /** Which reservation goes with it. */
  readonly referenceKey: string;
  /** The request it came from. */
  readonly madeBy: string;
  readonly linkedAt: number;
}

/** Makes a reference of a service one person's; the id is `<client as base64url>.<blind index>`. */
export interface LinkReferenceDocument {
  readonly id: string;
  readonly accountId: AccountId;
}

export const linkRequests = collection<LinkRequestDocument>()({
  name: 'link_requests',
  lifetime: 'expires',
  durability: 'flushed',
  restored: 'when-asked',
});
export const links = collection<LinkDocument>()({
  name: 'links',
  lifetime: 'kept',
  durability: 'flushed',
  indexes: { account: { on: 'accountId' } },
});
export const linkReferences = collection<LinkReferenceDocument>()({
  name: 'link_references',
  lifetime: 'kept',
  durability: 'flushed',
});
