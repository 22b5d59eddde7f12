import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { Account } from '#src/accounts/account.ts';
import { accountEvent } from '#src/accounts/account-events.ts';
import { accountEvents } from '#src/accounts/collections.ts';
import type { ConsentPlan } from '#src/consent/consent-plan.ts';
import { endingsOf } from '#src/consent/standing.ts';
import { type Write, write } from '#src/kernel/store.ts';
import { linkRequestId } from '#src/links/link-requests.ts';
import type { Assessment } from '#src/sign-in/assess.ts';
import { textParam } from '#src/sign-in/authorization-request.ts';
import { consentPlanFor } from '#src/sign-in/journey.ts';
import { releasedBy } from '#src/sign-in/sign-in-history.ts';
import { assessRequest, finishedLogin, paramsOf } from './assess-request.ts';
import type { ProviderParts } from './parts.ts';
import { browserOf } from './request-browser.ts';
import { requestState } from './request-state.ts';
import { findSessionGrant, keepInSession, newGrant } from './session-grants.ts';

const covers = (grant: Grant, scopes: ReadonlySet<string>, claims: ReadonlySet<string>): boolean => {
  const granted = new Set(grant.getOIDCScope().split(' '));
  const named = new Set(grant.getOIDCClaims());
  return [...scopes].every((scope) => granted.has(scope)) && [...claims].every((claim) => named.has(claim));
};

/**
 * A signed-in browser enters a service, or one that may read more than before, and nobody proved anything for it: it stands in the person's history
 * with what the service may read, in the commit of the grant. With a proof the pages wrote it down already.
 */
function entryWithoutProof(
  parts: ProviderParts,
  ctx: KoaContextWithOIDC,
  account: Account,
  found: { readonly assessment: Assessment; readonly plan: ConsentPlan },
): Write | undefined {
  if (finishedLogin(ctx) !== undefined) return undefined;
  const { browser, address: network, browserKey = '' } = browserOf(ctx);
  const data = {
    service: ctx.oidc.client?.clientId,
    browser,
    network,
    browserKey,
    amr: [],
    isNewBrowser: false,
    ...releasedBy(found),
  };
  return write.insert(accountEvents, accountEvent(parts, account.id, 'signed-in', data));
}

/**
 * The grant of a session, client, purpose and life, built from the person's consent receipts: replay handling destroys grants, and consent
 * must not die with them. Undefined while a page must be shown first. Which claims really leave is decided at release, not here.
 */
export function createLoadExistingGrant(parts: ProviderParts) {
  return async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const assessment = await assessRequest(parts, ctx);
    const { account, client } = requestState(ctx);
    if (!assessment?.isEnough || account === undefined || client === undefined) return undefined;
    const consentAnswered = ctx.oidc.result !== undefined && 'consent' in ctx.oidc.result;
    const consent = await parts.reads.consent(account.id, client.id);
    const plan = consentPlanFor(parts, client, paramsOf(ctx), account, { consent, consentAnswered });
    requestState(ctx).plan = plan;
    if (plan.pageNeeded) return undefined;
    const purpose = plan.purpose.id;
    // of the same reading as the plan: a withdrawal that comes now counts one more, and this grant is dead when it is first used
    const endings = endingsOf(consent, purpose);
    const asked = textParam(paramsOf(ctx), 'link');
    const link = asked === undefined ? undefined : linkRequestId(asked);
    const use = { purpose, offline: plan.offlineAccess, under: account.validFrom, endings, link };
    const known = link === undefined ? await findSessionGrant(parts, ctx, client.id, use) : undefined;
    const scopes = ctx.oidc.requestParamOIDCScopes;
    const claims = ctx.oidc.requestParamClaims;
    if (known !== undefined && covers(known, scopes, claims)) return known;
    const grant = known ?? newGrant(parts, ctx, account.id, client.id, use);
    grant.addOIDCScope([...scopes].join(' '));
    if (claims.size > 0) grant.addOIDCClaims([...claims]);
    requestState(ctx).besideGrant = entryWithoutProof(parts, ctx, account, { assessment, plan });
    keepInSession(ctx.oidc, client.id, use, await grant.save());
    return grant;
  };
}
