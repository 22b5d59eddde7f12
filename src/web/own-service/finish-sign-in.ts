import type { Context } from 'koa';
import * as client from 'openid-client';
import { parseAcr, satisfies } from '#src/assurance/level.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { sessionUid } from '#src/oidc/account-sessions.ts';
import { cookieNames } from '#src/oidc/provider.ts';
import { browserOf } from '#src/oidc/request-browser.ts';
import { ownClient } from './own-client.ts';
import type { AreaWorkings } from './parts.ts';
import { takePending } from './pending-sign-in.ts';

const failed = (detail: string): DomainError => new DomainError('area_sign_in_failed', { detail });

/** What openid-client refuses, in its own words, which name no person and no secret. */
function refusalOf(fault: unknown): DomainError {
  if (fault instanceof client.AuthorizationResponseError) return new DomainError('area_sign_in_declined', { detail: fault.error });
  if (fault instanceof client.ResponseBodyError) return failed(fault.error);
  if (fault instanceof client.ClientError) return failed(fault.message);
  throw fault;
}

/** Both must be there: who asserted less than the area needs is not in it, whatever was asked for. */
function provenLevel({ settings }: AreaWorkings, { acr, auth_time: authTime }: client.IDToken) {
  const [proven, least] = [parseAcr(String(acr)), parseAcr(settings.leastAcr)];
  if (proven === undefined || least === undefined || !satisfies(proven, least) || typeof authTime !== 'number')
    throw failed('the ID token does not assert the level of this area');
  return { acr: String(acr), authTime };
}

/** Redeems the code, and looks at the account between two uses of what it brought: whoever was stopped meanwhile is not let in. */
async function redeem(area: AreaWorkings, ctx: Context, pending: NonNullable<ReturnType<typeof takePending>>) {
  const config = ownClient(area, ctx);
  const answer = new URL(`${area.issuer}${ctx.url}`);
  const tokens = await client.authorizationCodeGrant(config, answer, {
    pkceCodeVerifier: pending.verifier,
    expectedState: pending.state,
    expectedNonce: pending.nonce,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (claims === undefined) throw failed('no ID token');
  const account = await area.accounts.get(claims.sub as AccountId);
  // an access token of a sign-in that was ended before the account was read is dead by now
  await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  if (account === undefined) throw failed('no such account');
  return { account, ...provenLevel(area, claims) };
}

export const setSessionCookie = ({ cookie: name, settings }: AreaWorkings, ctx: Context, value: string): void => {
  ctx.cookies.set(name, value, { signed: true, httpOnly: true, sameSite: 'lax', path: settings.path });
};

/** SenID's answer. A session begins under a new name, and the browser goes to the page that it wanted. */
export async function finishSignIn(area: AreaWorkings, ctx: Context): Promise<void> {
  const pending = takePending(area, ctx, String(ctx.query['state'] ?? ''));
  if (pending === undefined) throw new DomainError('area_sign_in_elsewhere');
  const before = ctx.cookies.get(area.cookie, { signed: true });
  const signedIn = await redeem(area, ctx, pending).catch(async (fault: unknown) => {
    const refusal = fault instanceof DomainError ? fault : refusalOf(fault);
    // who is in and did not want to prove more is still in
    if (refusal.code === 'area_sign_in_declined' && (await area.sessions.find(before)).outcome === 'in') return undefined;
    throw refusal;
  });
  if (signedIn === undefined) {
    ctx.status = 303;
    ctx.redirect(area.settings.path);
    return;
  }
  const { browser, address: network } = browserOf(ctx as never);
  const openedIn = await sessionUid(area.store, ctx.cookies.get(cookieNames.session, { signed: true }));
  const cookie = await area.sessions.open({ ...signedIn, from: { browser, network }, openedIn }, before);
  setSessionCookie(area, ctx, cookie);
  ctx.set('Cache-Control', 'no-store');
  ctx.status = 303;
  ctx.redirect(pending.returnTo);
}
