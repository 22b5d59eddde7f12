import { hash } from 'node:crypto';
import { type Adapter, type AdapterPayload, errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { AccountId } from '#src/kernel/identifier.ts';
import { grants, type SessionDocument, type SessionGrant, sessions } from '../collections.ts';
import { endGrantsAtSignOut } from '../end-grants.ts';
import { browserOf } from '../request-browser.ts';
import { sessionGrants, withGrants } from '../session-grants.ts';
import { ownCopy } from './own-copy.ts';
import { type AdapterParts, expiryOf } from './parts.ts';

/** What a session's cookie is kept under. */
export const sessionKey = (cookie: string): string => hash('sha256', cookie, 'base64url');
const clientKey = (clientId: string): string => Buffer.from(clientId).toString('base64url');
const clientIdOf = (key: string): string => Buffer.from(key, 'base64url').toString();

type Members = Readonly<Record<string, unknown>>;

/** A session as it was read in a request, to see what the request changed. */
interface Baseline {
  readonly key: string;
  readonly payload: string;
  /** Each entry as text. */
  readonly authorizations: ReadonlyMap<string, string>;
  /** The ids of all its grants. */
  readonly grants: ReadonlySet<string>;
  readonly expiresAt: number;
}

const mapKeys = (members: Members, rename: (key: string) => string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).map(([key, value]) => [rename(key), value]));

/** What a session says, without the members that every save moves. */
function contentOf(payload: Members): { content: Members; authorizations: Record<string, unknown> } {
  const { authorizations, exp: _exp, iat: _iat, ...content } = payload;
  return { content, authorizations: mapKeys((authorizations ?? {}) as Members, clientKey) };
}

/** The same text for the same content, whatever order the library lists its members in. */
const canonical = (content: Members): string =>
  JSON.stringify(Object.entries(content).sort(([one], [other]) => (one < other ? -1 : 1)));

/** What its person reads of a session; nothing while nobody is signed in. */
function seenBy({ accountId }: Members): Pick<SessionDocument, 'accountId' | 'from'> {
  if (typeof accountId !== 'string' || Provider.ctx === undefined) return {};
  const { browser, address: network } = browserOf(Provider.ctx);
  return { accountId: accountId as AccountId, from: { browser, network } };
}

/** The entries that a request added or changed. */
function changedEntries(before: ReadonlyMap<string, string>, after: Members): Record<string, unknown> {
  return Object.fromEntries(Object.entries(after).filter(([key, value]) => before.get(key) !== JSON.stringify(value)));
}

const keyOfGrant = (id: string): string => id.replaceAll('.', '_');

/** Grants that a request added, and the change of the stored ones; those that it forgot go away. */
function changedGrants(
  before: ReadonlySet<string>,
  after: readonly SessionGrant[],
): { added: SessionGrant[]; merge: Record<string, SessionGrant> } {
  const added = after.filter(({ id }) => !before.has(id));
  const kept = new Set(after.map(({ id }) => id));
  const gone = [...before].filter((id) => !kept.has(id));
  const entries = [...added.map((grant) => [keyOfGrant(grant.id), grant]), ...gone.map((id) => [keyOfGrant(id), undefined])];
  return { added, merge: Object.fromEntries(entries) as Record<string, SessionGrant> };
}

/** Where a session's end must not be overlooked: a code would leave. */
const issuing: ReadonlySet<string> = new Set(['authorization', 'resume']);

/** The answer is ready by then: instead of its code the service gets `login_required`. One that leads to a page of ours stays as it is. */
function withholdCode(ctx: KoaContextWithOIDC): void {
  const location = ctx.response.get('location');
  const description = 'the session was ended';
  if (location === '') throw new errors.LoginRequired(description);
  const answer = new URL(location, ctx.oidc.issuer);
  // response_mode is query or fragment; form_post has no location
  const [part, members] =
    answer.hash === ''
      ? (['search', answer.searchParams] as const)
      : (['hash', new URLSearchParams(answer.hash.slice(1))] as const);
  if (!members.has('code')) return;
  members.delete('code');
  members.set('error', 'login_required');
  members.set('error_description', description);
  answer[part] = members.toString();
  ctx.redirect(answer.href);
}

/**
 * Browser sessions. A save that changes only a session's age is skipped while more than nine tenths of its life are left; changed
 * authorizations are merged, so that two tabs keep each other's; a session that was destroyed meanwhile stays dead.
 */
export function createSessionAdapter({ store, clock, reads }: AdapterParts): Pick<Adapter, 'upsert' | 'find' | 'destroy'> {
  const baselines = new WeakMap<object, Baseline>();

  /** The session ended while this request went on: what it granted ends too, and nobody is signed in. */
  async function giveUp(added: readonly SessionGrant[]): Promise<void> {
    await Promise.all(added.map(({ id }) => store.remove(grants, id)));
    const ctx = Provider.ctx;
    if (ctx !== undefined && issuing.has(ctx.oidc.route)) withholdCode(ctx);
  }

  async function save(key: string, baseline: Baseline, payload: Members, expiresAt: number): Promise<void> {
    const { content, authorizations } = contentOf(payload);
    const changed = changedEntries(baseline.authorizations, authorizations);
    const { added, merge } = changedGrants(baseline.grants, sessionGrants((payload['authorizations'] ?? {}) as Members));
    const contentChanged = canonical(content) !== baseline.payload;
    const lifeMs = expiresAt - clock.now();
    const isFresh = baseline.expiresAt - clock.now() > lifeMs * 0.9;
    if (!contentChanged && Object.keys(changed).length === 0 && isFresh) return;
    const saved = await store.amend(
      sessions,
      key,
      { ended: undefined },
      {
        set: {
          payload: { ...content, iat: payload['iat'], exp: payload['exp'] },
          ...(contentChanged ? seenBy(payload) : {}),
          expiresAt,
        },
        merge: { authorizations: changed, ...(Object.keys(merge).length === 0 ? {} : { grants: merge }) },
      },
    );
    if (!saved) await giveUp(added);
  }

  /** A signed-in browser at the start of a request: its account, what was decided about the client, and mostly the grant from last time. */
  function beginChecks({ payload, authorizations }: SessionDocument): void {
    const { oidc, query } = Provider.ctx ?? {};
    const clientId = query?.['client_id'];
    if (oidc?.route !== 'authorization' || typeof clientId !== 'string') return;
    const { grantId } = (authorizations[clientKey(clientId)] ?? {}) as { grantId?: string };
    reads.begin({ grantId, accountId: payload['accountId'] as AccountId | undefined, clientId });
  }

  return {
    async upsert(id, payload, expiresIn) {
      const key = sessionKey(id);
      const expiresAt = expiryOf(clock, expiresIn);
      const baseline = Provider.ctx && baselines.get(Provider.ctx);
      if (baseline?.key === key) return save(key, baseline, payload, expiresAt);
      const { authorizations } = contentOf(payload);
      const { authorizations: _, ...rest } = payload;
      const all = sessionGrants((payload['authorizations'] ?? {}) as Members).map((grant) => [keyOfGrant(grant.id), grant]);
      const grantEntries = Object.fromEntries(all);
      await store.upsert(sessions, { id: key, payload: rest, authorizations, grants: grantEntries, ...seenBy(payload), expiresAt });
    },
    async find(id) {
      const found: SessionDocument | undefined = await store.get(sessions, sessionKey(id));
      if (found === undefined || found.ended === true) return undefined;
      beginChecks(found);
      const entries = withGrants(mapKeys(found.authorizations, clientIdOf), Object.values(found.grants ?? {}));
      const payload = ownCopy({ ...found.payload, authorizations: entries });
      if (Provider.ctx) {
        const { content } = contentOf(payload);
        baselines.set(Provider.ctx, {
          key: found.id,
          payload: canonical(content),
          authorizations: new Map(Object.entries(found.authorizations).map(([client, entry]) => [client, JSON.stringify(entry)])),
          grants: new Set(sessionGrants(entries).map(({ id: grant }) => grant)),
          expiresAt: found.expiresAt,
        });
      }
      return payload as AdapterPayload;
    },
    async destroy(id) {
      await endGrantsAtSignOut(store, sessionKey(id));
      await store.remove(sessions, sessionKey(id));
    },
  };
}
