import { createHash } from 'node:crypto';
import type { ProvenMethod } from '#src/assurance/methods.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type KnownBrowserDocument, knownBrowsers } from './collections.ts';
import type { SignInParts } from './ports.ts';

const day = 86_400_000;

/** What a browser's cookie is kept as: the cookie itself stays with the browser. */
export const browserKeyOf = (cookie: string): string => createHash('sha256').update(cookie).digest('base64url');

const idOf = (accountId: AccountId, browserKey: string): string => `${accountId}.${browserKey}`;

/** The browser's record for this person; undefined when they never signed in there. */
export const findKnownBrowser = (
  store: SignInParts['store'],
  accountId: AccountId,
  browserKey: string | undefined,
): Promise<KnownBrowserDocument | undefined> =>
  browserKey === undefined ? Promise.resolve(undefined) : store.get(knownBrowsers, idOf(accountId, browserKey));

/** What a browser's cookie is kept as, and whether the browser was given it just now. */
export interface BrowserKey {
  readonly key: string;
  readonly isFirst: boolean;
}

/**
 * Remembers that this person signed in here; writes at most once a day. `written` resolves when it stands. What only a phone proved that its
 * owner may still remove makes no browser known: that would outlast the removal.
 */
export async function rememberBrowser(
  { store, clock, policy }: Pick<SignInParts, 'store' | 'clock' | 'policy'>,
  accountId: AccountId,
  { key, isFirst }: BrowserKey,
  methods: readonly ProvenMethod[],
): Promise<{ readonly isNew: boolean; readonly written: Promise<void> }> {
  const now = clock.now();
  const known = isFirst ? undefined : await findKnownBrowser(store, accountId, key);
  if (methods.every(({ unvouched }) => unvouched === true)) return { isNew: known === undefined, written: Promise.resolve() };
  if (known !== undefined && now - known.lastUsedAt < day) return { isNew: false, written: Promise.resolve() };
  const remembered = {
    id: idOf(accountId, key),
    accountId,
    since: known?.since ?? now,
    lastUsedAt: now,
    expiresAt: now + policy.knownBrowserLifeMs,
  };
  return { isNew: known === undefined, written: store.upsert(knownBrowsers, remembered) };
}

/** A browser that its person does not recognise is unknown again. */
export async function forgetBrowser(store: SignInParts['store'], accountId: AccountId, browserKey: string): Promise<void> {
  await store.remove(knownBrowsers, idOf(accountId, browserKey));
}
