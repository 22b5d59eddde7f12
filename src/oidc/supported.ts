import { type Client, type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { acrValues } from '#config/acr.ts';
import { detailTypes } from '#src/backchannel/authorization-details.ts';
import { adminScopes } from '#src/clients/scopes.ts';
import type { ClientCertificates } from './client-certificate.ts';
import { signingAlgorithms } from './signing-keys.ts';

/** Signatures of services: no RSASSA-PKCS1 of short keys, no shared secrets. RS256 is what old libraries know. */
const theirSignatures = ['ES256', 'PS256', 'RS256', 'EdDSA'] as const;
const ourSignatures = [...signingAlgorithms];
/** Of proofs that a token's key is held. */
export const dpopAlgorithms = ['ES256', 'PS256', 'EdDSA'] as const;
/** To a service's public key; nothing is encrypted with its secret. */
const keyAgreements = ['RSA-OAEP-256', 'RSA-OAEP', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'] as const;
const contentEncryptions = ['A256GCM', 'A128GCM', 'A128CBC-HS256', 'A256CBC-HS512'] as const;

/** For who only looks at metadata; the provider puts hooks in their places. */
async function notHere(): Promise<never> {
  throw new TypeError('this provider answers no requests');
}

/**
 * Only who has a token ends it. Others are told so, but for clients that anybody can pretend to be.
 * @see RFC 7009, 2.1
 */
async function isOwnToken(
  _ctx: KoaContextWithOIDC,
  client: Client,
  token: { readonly clientId?: string | undefined },
): Promise<boolean> {
  if (token.clientId === client.clientId) return true;
  if (client.clientAuthMethod === 'none') return false;
  throw new errors.InvalidRequest('the token was issued to another client');
}

/** What this deployment supports; discovery is made from it, and registrations are measured against it. */
export function supportedMetadata({ areTaken, haveAuthorities, ...certificates }: ClientCertificates) {
  return {
    responseTypes: ['code'],
    subjectTypes: ['pairwise', 'public'],
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'none',
      ...(areTaken ? (['self_signed_tls_client_auth'] as const) : []),
      ...(haveAuthorities ? (['tls_client_auth'] as const) : []),
    ],
    enabledJWA: {
      idTokenSigningAlgValues: ourSignatures,
      userinfoSigningAlgValues: ourSignatures,
      introspectionSigningAlgValues: ourSignatures,
      authorizationSigningAlgValues: ourSignatures,
      clientAuthSigningAlgValues: [...theirSignatures],
      requestObjectSigningAlgValues: [...theirSignatures],
      dPoPSigningAlgValues: [...dpopAlgorithms],
      idTokenEncryptionAlgValues: [...keyAgreements],
      idTokenEncryptionEncValues: [...contentEncryptions],
      userinfoEncryptionAlgValues: [...keyAgreements],
      userinfoEncryptionEncValues: [...contentEncryptions],
      introspectionEncryptionAlgValues: [...keyAgreements],
      introspectionEncryptionEncValues: [...contentEncryptions],
      authorizationEncryptionAlgValues: [...keyAgreements],
      authorizationEncryptionEncValues: [...contentEncryptions],
      // requests come over TLS and by PAR; there is no key of ours to encrypt them for
      requestObjectEncryptionAlgValues: [],
      requestObjectEncryptionEncValues: [],
    },
    // a registration's sector is checked and frozen by the registry; nothing is fetched
    sectorIdentifierUriValidate: () => false,
    extraClientMetadata: { properties: ['require_pkce', 'profile'] },
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
      revocation: { enabled: true, allowedPolicy: isOwnToken },
      rpInitiatedLogout: { enabled: true },
      claimsParameter: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      requestObjects: { enabled: true },
      jwtResponseModes: { enabled: true },
      jwtIntrospection: { enabled: true },
      jwtUserinfo: { enabled: true },
      encryption: { enabled: true },
      dPoP: { enabled: true },
      ciba: {
        enabled: true,
        // pushing tokens is forbidden under FAPI-CIBA, and needed by nobody else
        deliveryModes: ['poll', 'ping'],
        processLoginHint: notHere,
        processLoginHintToken: notHere,
        triggerAuthenticationDevice: notHere,
        validateBindingMessage: notHere,
        validateRequestContext: notHere,
        verifyUserCode: notHere,
      },
      resourceIndicators: { enabled: true, getResourceServerInfo: notHere },
      richAuthorizationRequests: {
        enabled: true,
        types: Object.fromEntries(Object.keys(detailTypes).map((type) => [type, { validate: notHere }])),
        authorizationDetailsForGrantSource: notHere,
        authorizationDetailsForAccessToken: notHere,
        authorizationDetailsForIntrospection: notHere,
      },
      mTLS: {
        enabled: areTaken,
        certificateBoundAccessTokens: areTaken,
        selfSignedTlsClientAuth: areTaken,
        tlsClientAuth: haveAuthorities,
        ...certificates,
      },
    },
  } satisfies Configuration;
}

/** Where clients with certificates call when a listener of its own asks for them. @see RFC 8705, 5 */
export function mutualTlsAliases(issuer: string, mtlsUrl: string | undefined): object {
  if (mtlsUrl === undefined) return {};
  const paths = {
    token_endpoint: '/token',
    revocation_endpoint: '/token/revocation',
    introspection_endpoint: '/token/introspection',
    userinfo_endpoint: '/me',
    pushed_authorization_request_endpoint: '/request',
    backchannel_authentication_endpoint: '/backchannel',
  };
  const base = `${mtlsUrl}${new URL(issuer).pathname.replace(/\/$/, '')}`;
  return {
    mtls_endpoint_aliases: Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, `${base}${path}`])),
  };
}
