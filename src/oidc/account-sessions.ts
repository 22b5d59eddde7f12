import { parseMethods } from '#src/assurance/session-methods.ts';
import { isEnded } from '#src/assurance/token-check.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Store } from '#src/kernel/store.ts';
import { sessionKey } from './adapter/session-adapter.ts';
import { type SessionDocument, sessions } from './collections.ts';
import { endSession } from './end-grants.ts';

/** A browser that is signed in, as its person reads it. */
export interface AccountSession {
  /** What it is stored under; opens nothing. */
  readonly id: string;
  /** The same for as long as the person is signed in there, while the id changes with every proof. */
  readonly uid: string;
  /** `Firefox on Windows`; empty when the browser did not say. */
  readonly browser: string;
  readonly network: string;
  /** Milliseconds since the epoch: the last proof in it. */
  readonly at: number;
  /** The services that were entered in it. */
  readonly clientIds: readonly string[];
}

const mostSessions = 500;

async function sessionsOf(store: Store, { id, validFrom }: Owner): Promise<SessionDocument[]> {
  const found = await store.find(sessions, 'account', id, { limit: mostSessions });
  // what was proven before everything of the account was ended opens nothing any longer
  return found.filter(
    ({ ended, payload }) =>
      ended !== true && parseMethods(payload['amr'] as string[]).some((method) => !isEnded({ validFrom }, method)),
  );
}

interface Owner {
  readonly id: AccountId;
  readonly validFrom: number;
}

/** The browsers in which a person is signed in, the last one first. */
export async function listAccountSessions(store: Store, owner: Owner): Promise<AccountSession[]> {
  const listed = (await sessionsOf(store, owner)).map(({ id, payload, authorizations, from }) => ({
    id,
    uid: String(payload['uid']),
    browser: from?.browser ?? '',
    network: from?.network ?? '',
    at: Number(payload['loginTs']) * 1000,
    clientIds: Object.keys(authorizations).map((key) => Buffer.from(key, 'base64url').toString()),
  }));
  return listed.sort((one, other) => other.at - one.at);
}

/** What stays the same of the session that a browser's cookie names; undefined without one. */
export async function sessionUid(store: Store, cookie: string | undefined): Promise<string | undefined> {
  const session = cookie === undefined ? undefined : await store.get(sessions, sessionKey(cookie));
  return session === undefined ? undefined : String(session.payload['uid']);
}

/**
 * Ends one browser's session with everything that was granted in it, codes and tokens too, but for what was granted for the time nobody is
 * signed in. One of somebody else is not there.
 * @returns whether it was there
 */
export async function endAccountSession(store: Store, accountId: AccountId, id: string): Promise<boolean> {
  const session = await store.get(sessions, id);
  if (session?.accountId !== accountId || session.ended === true) return false;
  await endSession(store, id);
  await store.remove(sessions, id);
  return true;
}
