import type { ClientMetadata } from './client.ts';
import { memberInvalid } from './errors.ts';
import type { Members, SentMembers } from './member-shapes.ts';

/** `code` is the default only where the authorization code grant is. @see RFC 7591, 2 */
export const responseTypesOf = ({ response_types: given, grant_types: grants }: Members): readonly string[] =>
  given ?? (grants.includes('authorization_code') ? ['code'] : []);

/**
 * Where nobody stands at a redirect URI of the service: whoever knows its name would act as it, ring people's phones and get their tokens.
 * @see RFC 6749, 4.4; CIBA Core 1.0, 7.1
 */
const forKnownServices: readonly string[] = ['client_credentials', 'urn:openid:params:grant-type:ciba'];

/** The library would mend a contradiction silently. @see RFC 7591, 2.1 */
export function checkFlows(members: Members): void {
  const { grant_types: grants, redirect_uris: uris, token_endpoint_auth_method: method } = members;
  const usesCode = grants.includes('authorization_code');
  if (responseTypesOf(members).includes('code') !== usesCode)
    throw memberInvalid('response_types', `"code" goes together with the grant type authorization_code`);
  if (usesCode && uris.length === 0) throw memberInvalid('redirect_uris', 'authorization_code needs at least one');
  const forKnown = method === 'none' ? grants.find((grant) => forKnownServices.includes(grant)) : undefined;
  if (forKnown !== undefined) throw memberInvalid('grant_types', `${forKnown} is for confidential clients only`);
}

/** Whether a client authenticates with a secret it shares with us. */
export const needsSecret = ({ token_endpoint_auth_method: method }: Members): boolean => method.startsWith('client_secret');

/** The same of metadata as it is kept. */
export const needsSecretBy = ({ token_endpoint_auth_method: method }: ClientMetadata): boolean =>
  method === undefined || String(method).startsWith('client_secret');

/** 22 letters and digits can hold 128 bits. @see RFC 6749, 10.10 */
const shortestSecret = 22;

export function checkSecret(members: Members, isProduction: boolean): void {
  const { client_secret: secret, token_endpoint_auth_method: method } = members;
  if (secret === undefined) return;
  if (!needsSecret(members)) throw memberInvalid('client_secret', `token_endpoint_auth_method ${method} uses none`);
  if (isProduction && secret.length < shortestSecret)
    throw memberInvalid('client_secret', `at least ${shortestSecret} characters in production, or leave it out and get one`);
}

/** Where no certificate arrives the library overlooks the member, and tokens would be bound to nothing. @see RFC 8705, 3 */
export function checkCertificateBinding(
  { tls_client_certificate_bound_access_tokens: bound }: SentMembers,
  takesCertificates: boolean,
): void {
  if (bound === true && !takesCertificates)
    throw memberInvalid('tls_client_certificate_bound_access_tokens', 'this deployment takes no client certificates');
}

export function checkPkce({ require_pkce: required, token_endpoint_auth_method: method }: Members): void {
  if (method === 'none' && !required) throw memberInvalid('require_pkce', 'a public client cannot do without PKCE');
}
