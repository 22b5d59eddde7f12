import { Provider } from 'oidc-provider';
import type { Store } from '#src/kernel/store.ts';
import { grants } from './collections.ts';
import { grantsEndingWith } from './session-grants.ts';

/**
 * Sign-out ends the grants of the session, and with them every code and token that names one; what was granted for the time nobody is
 * signed in (`offline_access`) stays. Nothing when this request signs nobody out: a session changes its id at every sign-in too.
 */
export async function endGrantsAtSignOut(store: Store): Promise<void> {
  const { route, session } = Provider.ctx?.oidc ?? {};
  if (route !== 'end_session_confirm' || session === undefined) return;
  await Promise.all(grantsEndingWith(session).map((id) => store.remove(grants, id)));
}
