import { errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { claimsByName, claimsByScope } from '#src/consent/claim-catalogue.ts';
import { clockToleranceSeconds } from '#src/kernel/clock.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { StoreUnavailable } from '#src/kernel/store.ts';
import { createAdapter } from './adapter/adapter.ts';
import { recordKeysPath } from './approval-record.ts';
import { paramsOf } from './assess-request.ts';
import { createBackchannel, requestLife } from './backchannel.ts';
import { takeClaimsParameter } from './claims-parameter.ts';
import { createAssertionCheck } from './client-assertions.ts';
import { libraryProfile, requireBound } from './client-profile.ts';
import { createCookieSignatures } from './cookie-signatures.ts';
import { createLoadExistingGrant } from './existing-grant.ts';
import { acrOf, createFindAccount, type TokenLike } from './find-account.ts';
import { createInteractionPolicy, restoreOfflineAccess } from './interaction-policy.ts';
import { createIntrospectionPolicy } from './introspection-policy.ts';
import { keysOfClient } from './key-sets.ts';
import { outgoingFetch, responseBodyLimits } from './outgoing-requests.ts';
import type { ProviderParts } from './parts.ts';
import { createRequestObjectCheck } from './request-objects.ts';
import { createRichRequests } from './rich-requests.ts';
import { mutualTlsAliases, supportedMetadata } from './supported.ts';
import { verifiedClaimsMetadata } from './verified-claims-metadata.ts';

export const cookieNames = { session: 'senid_session', interaction: 'senid_interaction', resume: 'senid_resume' } as const;

/** Codes and tokens carry what the check at their use needs. @see RFC 9470, 6.2 */
function extraTokenClaims(ctx: KoaContextWithOIDC): Record<string, unknown> | undefined {
  const { AuthorizationCode, RefreshToken, BackchannelAuthenticationRequest } = ctx.oidc.entities;
  const source = (AuthorizationCode ?? RefreshToken ?? BackchannelAuthenticationRequest) as
    | (TokenLike & { authTime?: number })
    | undefined;
  return source === undefined ? undefined : { acr: acrOf(source), auth_time: source.authTime };
}

/**
 * Addresses in discovery, redirects and forms, and whether cookies are `Secure`, follow the configured issuer: whatever host a request
 * names, and whether or not the proxy in front says that it spoke TLS, changes nothing.
 */
function answerAsIssuer({ request }: Provider, issuer: string): void {
  const { host, protocol } = new URL(issuer);
  Object.defineProperties(request, { host: { get: () => host }, protocol: { get: () => protocol.slice(0, -1) } });
}

/** The OpenID provider: oidc-provider with every decision of ours in a hook of its own. */
export function createProvider(parts: ProviderParts): Provider {
  const { lives, pages } = parts;
  const supported = supportedMetadata(parts.clientCertificates);
  const provider = new Provider(parts.issuer, {
    ...supported,
    adapter: createAdapter({ ...parts, claimsByScope: claimsByScope(parts.catalogue) }),
    jwks: { keys: parts.keys as never },
    cookies: {
      keys: createCookieSignatures(parts.sealing.deriveKey('cookies-v2')),
      names: cookieNames,
      long: { httpOnly: true, sameSite: 'lax', signed: true },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time', parts.linkClaim],
      ...claimsByScope(parts.catalogue),
      ...claimsByName(parts.catalogue),
    },
    clientBasedCORS: (_ctx, origin, client) =>
      client.clientAuthMethod === 'none' && client.redirectUris?.some((uri) => new URL(uri).origin === origin) === true,
    clockTolerance: clockToleranceSeconds,
    // tokens end with their grant, and sign-out ends the grant (end-grants.ts): no look-up of the session at every use
    expiresWithSession: async () => false,
    extraParams: { purpose: (ctx) => restoreOfflineAccess(ctx), link: null },
    extraTokenClaims(ctx, token) {
      requireBound(ctx.oidc.client, token);
      return extraTokenClaims(ctx);
    },
    features: {
      ...supported.features,
      claimsParameter: { enabled: true, assertClaimsParameter: async (ctx, claims) => takeClaimsParameter(parts, ctx, claims) },
      ciba: { ...supported.features.ciba, ...createBackchannel(parts) },
      dPoP: {
        enabled: true,
        nonceSecret: parts.sealing.deriveKey('dpop-nonces'),
        // proofs that were made in advance are of no use where it matters; at resources the client is not known yet
        requireNonce: (ctx) => ctx.oidc.client !== undefined && libraryProfile(ctx, ctx.oidc.client) === '2.0',
      },
      fapi: { enabled: true, profile: libraryProfile },
      introspection: { enabled: true, allowedPolicy: createIntrospectionPolicy(parts) },
      // details of a request need a resource: what SenID itself knows of a person
      resourceIndicators: {
        enabled: true,
        defaultResource: async (ctx) => (paramsOf(ctx)['authorization_details'] === undefined ? undefined : parts.issuer) as string,
        getResourceServerInfo: async (_ctx, resource) => {
          if (resource !== parts.issuer) throw new errors.InvalidTarget('no such resource is registered');
          return { scope: '', audience: parts.issuer, accessTokenFormat: 'opaque' };
        },
      },
      richAuthorizationRequests: { ...supported.features.richAuthorizationRequests, ...createRichRequests(parts) } as never,
      requestObjects: { enabled: true, assertJwtClaimsAndHeader: createRequestObjectCheck(parts.clock) },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => {
          const xsrf = /name="xsrf" value="([0-9a-f]+)"/.exec(form)?.[1] ?? '';
          const returnsTo = ctx.oidc.params?.['post_logout_redirect_uri'] as string | undefined;
          await pages.signOut(ctx, {
            action: ctx.oidc.urlFor('end_session_confirm'),
            xsrf,
            clientId: ctx.oidc.client?.clientId,
            returnsTo,
          });
        },
        postLogoutSuccessSource: (ctx) => pages.signedOut(ctx, ctx.oidc.client?.clientId),
      },
    },
    fetch: outgoingFetch(parts.outboundPrivate, (clientId) => keysOfClient(parts, clientId)) as never,
    fetchResponseBodyLimits: responseBodyLimits,
    findAccount: createFindAccount(parts),
    interactions: { policy: createInteractionPolicy(parts), url: (_ctx, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: async (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') && source.scopes.has('offline_access'),
    loadExistingGrant: createLoadExistingGrant(parts),
    pairwiseIdentifier: async (_ctx, accountId, client) => {
      const found = await parts.clients.find(client.clientId);
      if (found === undefined) throw new errors.InvalidClient('the client is no longer registered');
      return parts.subjects.subjectOf(accountId as AccountId, found.client);
    },
    pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' || client['require_pkce'] !== false },
    renderError: (ctx, out, error) =>
      pages.error(
        ctx,
        error instanceof StoreUnavailable
          ? { code: 'temporarily_unavailable', status: 503 }
          : { code: out.error, status: (error as { statusCode?: number }).statusCode ?? 500 },
      ),
    // a public client's refresh token is guarded by its key, or else only by rotation (RFC 9700, 4.14.2)
    rotateRefreshToken: ({ oidc: { client, entities } }) =>
      client?.clientAuthMethod === 'none' && entities.RefreshToken?.isSenderConstrained() !== true,
    assertJwtClientAuthClaimsAndHeader: createAssertionCheck(parts.clock),
    discovery: {
      ...supported.discovery,
      ...mutualTlsAliases(parts.issuer, parts.mtlsUrl),
      ...verifiedClaimsMetadata(parts),
      approval_records_jwks_uri: parts.issuer + recordKeysPath,
      ...(parts.openRegistration ? { registration_endpoint: `${parts.issuer}/reg` } : {}),
    },
    // asked each time: a policy begins on its day
    ttl: {
      Session: () => lives.session,
      Interaction: () => lives.interaction,
      AuthorizationCode: () => lives.authorizationCode,
      AccessToken: () => lives.accessToken,
      IdToken: () => lives.idToken,
      ClientCredentials: () => lives.clientCredentials,
      RefreshToken: () => lives.refreshToken,
      Grant: () => lives.grant,
      BackchannelAuthenticationRequest: (_ctx, request) => requestLife(parts, request),
    },
  });
  answerAsIssuer(provider, parts.issuer);
  provider.proxy = parts.trustProxy;
  // the proxy in front writes the last entry; what stands before it came from the caller
  provider.maxIpsCount = 1;
  return provider;
}
