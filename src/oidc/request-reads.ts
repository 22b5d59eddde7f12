import { Provider } from 'oidc-provider';
import type { Account } from '#src/accounts/account.ts';
import type { AccountDirectory } from '#src/accounts/ports.ts';
import type { ConsentDocument } from '#src/consent/collections.ts';
import { findConsent } from '#src/consent/record-consent.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Store } from '#src/kernel/store.ts';
import { type GrantDocument, grants } from './collections.ts';

/** What the checks of one request of the provider read, one after the other. */
export interface RequestReads {
  grant(id: string): Promise<GrantDocument | undefined>;
  account(id: AccountId): Promise<Account | undefined>;
  consent(accountId: AccountId, clientId: string): Promise<ConsentDocument | undefined>;
  /**
   * Begins the reads that this request is known to need, so that it waits once for all and not for each. Each is given out once: who asks
   * again hears what is true then.
   */
  begin(known: {
    readonly grantId?: string | undefined;
    readonly accountId?: AccountId | undefined;
    /** With an account: what that person decided about this client. */
    readonly clientId?: string | undefined;
  }): void;
}

type Reading<Found> = readonly [key: string, read: () => Promise<Found>];

const begun = new WeakMap<object, Map<string, Promise<unknown>>>();

function beginOnce([key, read]: Reading<unknown>): void {
  const ctx = Provider.ctx;
  if (ctx === undefined) return;
  const readings = begun.get(ctx) ?? new Map<string, Promise<unknown>>();
  begun.set(ctx, readings);
  if (readings.has(key)) return;
  const reading = read();
  // a fault is heard by who asks
  reading.catch(() => undefined);
  readings.set(key, reading);
}

function take<Found>([key, read]: Reading<Found>): Promise<Found> {
  const readings = Provider.ctx && begun.get(Provider.ctx);
  const reading = readings?.get(key) as Promise<Found> | undefined;
  readings?.delete(key);
  return reading ?? read();
}

export function createRequestReads({
  store,
  accounts,
}: {
  readonly store: Store;
  readonly accounts: AccountDirectory;
}): RequestReads {
  const grant = (id: string) => [`grant ${id}`, () => store.get(grants, id)] as const;
  const account = (id: AccountId) => [`account ${id}`, () => accounts.get(id)] as const;
  const consent = (accountId: AccountId, clientId: string) =>
    [`consent ${accountId} ${clientId}`, () => findConsent(store, accountId, clientId)] as const;
  return {
    grant: (id) => take(grant(id)),
    account: (id) => take(account(id)),
    consent: (accountId, clientId) => take(consent(accountId, clientId)),
    begin({ grantId, accountId, clientId }) {
      if (grantId !== undefined) beginOnce(grant(grantId));
      if (accountId !== undefined) beginOnce(account(accountId));
      if (accountId !== undefined && clientId !== undefined) beginOnce(consent(accountId, clientId));
    },
  };
}
