import { Provider } from 'oidc-provider';
import type { Store } from '#src/kernel/store.ts';
import { grants, type SessionDocument, sessions } from './collections.ts';
import { sessionGrants } from './session-grants.ts';

/** Ends what ends with a session; what was granted for the time nobody is signed in (`offline_access`) stays. */
async function endGrantsOf(store: Store, { authorizations, grants: stored = {} }: SessionDocument): Promise<void> {
  const ending = [...sessionGrants(authorizations), ...Object.values(stored)].filter(({ offline }) => !offline);
  await Promise.all([...new Set(ending.map(({ id }) => id))].map((id) => store.remove(grants, id)));
}

/**
 * Sign-out ends the grants of the session, and with them every code and token that names one. First those that are there, so that after a fault the
 * person is still signed in, hears of it, and ends everything by trying again. Then the session is marked: what a request of another tab granted
 * meanwhile ends too, and one that is still under way finds the mark and ends its own. Nothing when this request signs nobody out: a session
 * changes its id at every sign-in too.
 * @param key what the session is stored under
 */
export async function endGrantsAtSignOut(store: Store, key: string): Promise<void> {
  if (Provider.ctx?.oidc.route === 'end_session_confirm') await endSession(store, key);
}

/** The same for a session that its person ends from elsewhere. */
export async function endSession(store: Store, key: string): Promise<void> {
  const session = await store.get(sessions, key);
  if (session !== undefined) await endGrantsOf(store, session);
  const marked = await store.patch(sessions, key, {}, { set: { ended: true } });
  if (marked.outcome === 'patched') await endGrantsOf(store, marked.document);
}
