import { createHash } from 'node:crypto';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type Write, write } from '#src/kernel/store.ts';
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

/** What remembers that this person signed in here, for a commit; nothing when it stands there since less than a day. */
export async function rememberingBrowser(
  { store, clock, policy }: Pick<SignInParts, 'store' | 'clock' | 'policy'>,
  accountId: AccountId,
  browserKey: string,
): Promise<{ readonly isNew: boolean; readonly writes: readonly Write[] }> {
  const now = clock.now();
  const known = await findKnownBrowser(store, accountId, browserKey);
  if (known !== undefined && now - known.lastUsedAt < day) return { isNew: false, writes: [] };
  const remembered = {
    id: idOf(accountId, browserKey),
    accountId,
    since: known?.since ?? now,
    lastUsedAt: now,
    expiresAt: now + policy.knownBrowserLifeMs,
  };
  return { isNew: known === undefined, writes: [write.upsert(knownBrowsers, remembered)] };
}

/** A browser that its person does not recognise is unknown again. */
export async function forgetBrowser(store: SignInParts['store'], accountId: AccountId, browserKey: string): Promise<void> {
  await store.remove(knownBrowsers, idOf(accountId, browserKey));
}
