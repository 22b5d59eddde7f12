import type { Context } from 'koa';
import { DomainError } from '#src/kernel/domain-error.ts';
import { sessionKey } from '#src/oidc/adapter/session-adapter.ts';
import { sessions } from '#src/oidc/collections.ts';
import { cookieNames } from '#src/oidc/provider.ts';
import type { InteractionDocument } from '#src/sign-in/collections.ts';
import { findJourney } from '#src/sign-in/progress.ts';
import type { SignInPageParts } from './parts.ts';

const probeCookie = 'senid_probe';
const probeQuery = 'cookies';

/**
 * Finds out whether a browser that brings no cookie at all takes none, or only did not begin here: it is given one and sent back to the
 * same page. True when it was.
 */
export function probesCookies(ctx: Context): boolean {
  if (ctx.get('cookie') !== '' || ctx.query[probeQuery] !== undefined) return false;
  ctx.cookies.set(probeCookie, '1', { signed: false, httpOnly: true, sameSite: 'lax', maxAge: 60_000 });
  ctx.status = 303;
  ctx.redirect(`${ctx.path}?${probeQuery}=asked`);
  return true;
}

/**
 * The uid of the pages in `/interaction/<uid>`. The cookie ties them to the browser that began: a link started by someone else can never
 * sign that someone in.
 * @throws {DomainError} `interaction_elsewhere` in another browser, `cookies_missing` in one that takes no cookies
 */
export function requireOwnBrowser(ctx: Context): string {
  const uid = String(ctx['params'].uid);
  const cookie = ctx.cookies.get(cookieNames.interaction, { signed: true });
  if (ctx.get('cookie') === '') throw new DomainError('cookies_missing');
  if (cookie !== uid) throw new DomainError('interaction_elsewhere');
  return uid;
}

/** Whether the session that these pages go on from is still this browser's: after a sign-out they show nothing of the person any more. */
async function isSessionAlive({ store }: SignInPageParts, ctx: Context, { payload }: InteractionDocument): Promise<boolean> {
  if (payload.session === undefined) return true;
  const cookie = ctx.cookies.get(cookieNames.session, { signed: true });
  const session = cookie === undefined ? undefined : await store.get(sessions, sessionKey(cookie));
  if (session === undefined || session.ended === true) return false;
  return session.payload['uid'] === payload.session.uid && session.payload['accountId'] === payload.session.accountId;
}

/**
 * The journey behind `/interaction/<uid>`.
 * @throws {DomainError} `interaction_elsewhere` in another browser, `interaction_expired` when it or its session is over
 */
export async function requireJourney(parts: SignInPageParts, ctx: Context): Promise<InteractionDocument> {
  const document = await findJourney(parts.store, requireOwnBrowser(ctx));
  const isLive = document !== undefined && document.takenUp !== true && (await isSessionAlive(parts, ctx, document));
  if (!isLive) throw new DomainError('interaction_expired');
  return document;
}
