import type { ClientMetadata } from './client.ts';
import { memberInvalid } from './errors.ts';
import type { Members } from './member-shapes.ts';

/** `code` is the default only where the authorization code grant is. @see RFC 7591, 2 */
export const responseTypesOf = ({ response_types: given, grant_types: grants }: Members): readonly string[] =>
  given ?? (grants.includes('authorization_code') ? ['code'] : []);

/** The library would mend a contradiction silently. @see RFC 7591, 2.1 */
export function checkFlows(members: Members): void {
  const { grant_types: grants, redirect_uris: uris, token_endpoint_auth_method: method } = members;
  const usesCode = grants.includes('authorization_code');
  if (responseTypesOf(members).includes('code') !== usesCode)
    throw memberInvalid('response_types', `"code" goes together with the grant type authorization_code`);
  if (usesCode && uris.length === 0) throw memberInvalid('redirect_uris', 'authorization_code needs at least one');
  if (method === 'none' && grants.includes('client_credentials'))
    throw memberInvalid('grant_types', 'client_credentials is for confidential clients only');
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

export function checkPkce({ require_pkce: required, token_endpoint_auth_method: method }: Members): void {
  if (method === 'none' && !required) throw memberInvalid('require_pkce', 'a public client cannot do without PKCE');
}
