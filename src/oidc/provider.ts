import { type Configuration, errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { acrValues } from '#config/acr.ts';
import { adminScopes } from '#src/clients/scopes.ts';
import { claimsByScope } from '#src/consent/claim-catalogue.ts';
import { clockToleranceSeconds, epochSeconds } from '#src/kernel/clock.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { StoreUnavailable } from '#src/kernel/store.ts';
import { createAdapter } from './adapter/adapter.ts';
import { checkClaimsParameter } from './claims-parameter.ts';
import { createCookieSignatures } from './cookie-signatures.ts';
import { createLoadExistingGrant } from './existing-grant.ts';
import { acrOf, createFindAccount, type TokenLike } from './find-account.ts';
import { createInteractionPolicy, restoreOfflineAccess } from './interaction-policy.ts';
import { createIntrospectionPolicy } from './introspection-policy.ts';
import { outgoingFetch, responseBodyLimits } from './outgoing-requests.ts';
import type { ProviderParts } from './parts.ts';
import { signingAlgorithms } from './signing-keys.ts';

/** Client assertions live at most an hour: used ones are remembered for two. */
const longestAssertionSeconds = 3600;

export const cookieNames = { session: 'senid_session', interaction: 'senid_interaction', resume: 'senid_resume' } as const;

/** What this deployment supports; discovery is made from it. */
export function supportedMetadata() {
  return {
    responseTypes: ['code'],
    subjectTypes: ['pairwise', 'public'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: {
      idTokenSigningAlgValues: [...signingAlgorithms],
      clientAuthSigningAlgValues: ['ES256', 'PS256', 'RS256', 'EdDSA'],
    },
    // a registration's sector is checked and frozen by the registry; nothing is fetched
    sectorIdentifierUriValidate: () => false,
    extraClientMetadata: { properties: ['require_pkce'] },
    discovery: {
      ui_locales_supported: ['vi', 'en'],
      claims_locales_supported: ['vi'],
      prompt_values_supported: ['none', 'login', 'consent'],
    },
    acrValues,
    scopes: ['openid', 'offline_access', ...adminScopes],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      claimsParameter: { enabled: true },
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: false },
      resourceIndicators: { enabled: false },
      requestObjects: { enabled: false },
    },
  } satisfies Configuration;
}

/** Codes and tokens carry what the check at their use needs. @see RFC 9470, 6.2 */
function extraTokenClaims(ctx: KoaContextWithOIDC): Record<string, unknown> | undefined {
  const source = (ctx.oidc.entities.AuthorizationCode ?? ctx.oidc.entities.RefreshToken) as
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
  const supported = supportedMetadata();
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
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], ...claimsByScope(parts.catalogue) },
    clientBasedCORS: (_ctx, origin, client) =>
      client.clientAuthMethod === 'none' && client.redirectUris?.some((uri) => new URL(uri).origin === origin) === true,
    clockTolerance: clockToleranceSeconds,
    // tokens end with their grant, and sign-out ends the grant (end-grants.ts): no look-up of the session at every use
    expiresWithSession: async () => false,
    extraParams: { purpose: (ctx) => restoreOfflineAccess(ctx) },
    extraTokenClaims: (ctx) => extraTokenClaims(ctx),
    features: {
      ...supported.features,
      claimsParameter: { enabled: true, assertClaimsParameter: async (_ctx, claims) => checkClaimsParameter(claims as never) },
      introspection: { enabled: true, allowedPolicy: createIntrospectionPolicy(parts) },
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
    fetch: outgoingFetch(parts.outboundPrivate) as never,
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
    // a public client's refresh token can only be guarded by rotation (RFC 9700, 4.14.2)
    rotateRefreshToken: (ctx) => ctx.oidc.client?.clientAuthMethod === 'none',
    assertJwtClientAuthClaimsAndHeader: async (_ctx, claims) => {
      const now = epochSeconds(parts.clock);
      if (Number(claims['exp']) - now > longestAssertionSeconds) throw new errors.InvalidClientAuth('the assertion lives too long');
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
    },
  });
  answerAsIssuer(provider, parts.issuer);
  provider.proxy = parts.trustProxy;
  // the proxy in front writes the last entry; what stands before it came from the caller
  provider.maxIpsCount = 1;
  return provider;
}
