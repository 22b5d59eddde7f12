import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import { consentPlanFor } from '#src/sign-in/journey.ts';
import { assessRequest, paramsOf } from './assess-request.ts';
import type { ProviderParts } from './parts.ts';
import { requestState } from './request-state.ts';

const covers = (grant: Grant, scopes: ReadonlySet<string>, claims: ReadonlySet<string>): boolean => {
  const granted = new Set(grant.getOIDCScope().split(' '));
  const named = new Set(grant.getOIDCClaims());
  return [...scopes].every((scope) => granted.has(scope)) && [...claims].every((claim) => named.has(claim));
};

/** The session's grant for this client, while more than half of its life is left. */
async function grantOfSession(parts: ProviderParts, ctx: KoaContextWithOIDC, clientId: string): Promise<Grant | undefined> {
  const id = ctx.oidc.session?.grantIdFor(clientId);
  const grant = id === undefined ? undefined : await ctx.oidc.provider.Grant.find(id);
  const isYoung = grant?.exp !== undefined && grant.exp - parts.clock.now() / 1000 > parts.lives.grant / 2;
  return isYoung && grant.accountId === ctx.oidc.session?.accountId ? grant : undefined;
}

/**
 * The grant of a session and client, built from the person's consent receipts: replay handling destroys grants, and consent must not
 * die with them. Undefined while a page must be shown first. Which claims really leave is decided at release, not here.
 */
export function createLoadExistingGrant(parts: ProviderParts) {
  return async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const assessment = await assessRequest(parts, ctx);
    const { account, client } = requestState(ctx);
    if (!assessment?.isEnough || account === undefined || client === undefined) return undefined;
    const consentAnswered = ctx.oidc.result !== undefined && 'consent' in ctx.oidc.result;
    const plan = await consentPlanFor(parts, client, paramsOf(ctx), account, consentAnswered);
    requestState(ctx).plan = plan;
    if (plan.pageNeeded) return undefined;
    const known = await grantOfSession(parts, ctx, client.id);
    const scopes = ctx.oidc.requestParamOIDCScopes;
    const claims = ctx.oidc.requestParamClaims;
    if (known !== undefined && covers(known, scopes, claims)) return known;
    const grant = known ?? new ctx.oidc.provider.Grant({ accountId: account.id, clientId: client.id });
    grant.addOIDCScope([...scopes].join(' '));
    if (claims.size > 0) grant.addOIDCClaims([...claims]);
    await grant.save();
    return grant;
  };
}
