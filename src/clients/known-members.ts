import { hintFor } from './closest-name.ts';
import { memberInvalid } from './errors.ts';

/** SenID's members of a registration; all others are OIDC client metadata. */
export const ownMembers = [
  'class',
  'purposes',
  'allowed_claims',
  'allowed_scopes',
  'profile',
  'legal_basis',
  'min_acr',
  'allowed_acr',
  'default_acr_values',
  'require_pkce',
  'login_hints',
  'sector',
  'subject_type_reason',
  'consent_event_uri',
] as const;

/** What `clients show` adds; a registration that was shown may be put again with them. */
export const shownMembers = ['state', 'waiting', 'client_id_issued_at', 'updated_at'] as const;

/** Client metadata whose promise this version keeps (Dynamic Client Registration 1.0, 2; RFC 7591, 2). */
export const keptMembers = [
  'application_type',
  'authorization_encrypted_response_alg',
  'authorization_encrypted_response_enc',
  'authorization_signed_response_alg',
  'authorization_details_types',
  'backchannel_authentication_request_signing_alg',
  'backchannel_client_notification_endpoint',
  'backchannel_token_delivery_mode',
  'client_id',
  'client_secret',
  'client_secret_expires_at',
  'default_max_age',
  'dpop_bound_access_tokens',
  'grant_types',
  'id_token_encrypted_response_alg',
  'id_token_encrypted_response_enc',
  'id_token_signed_response_alg',
  'introspection_encrypted_response_alg',
  'introspection_encrypted_response_enc',
  'introspection_signed_response_alg',
  'jwks',
  'jwks_uri',
  'post_logout_redirect_uris',
  'redirect_uris',
  'request_object_signing_alg',
  'require_auth_time',
  'require_pushed_authorization_requests',
  'require_signed_request_object',
  'response_modes',
  'response_types',
  'scope',
  'subject_type',
  'tls_client_auth_san_dns',
  'tls_client_auth_san_email',
  'tls_client_auth_san_ip',
  'tls_client_auth_san_uri',
  'tls_client_auth_subject_dn',
  'tls_client_certificate_bound_access_tokens',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'userinfo_encrypted_response_alg',
  'userinfo_encrypted_response_enc',
  'userinfo_signed_response_alg',
] as const;

/** Said about a service, for people and operators; nothing is promised by them. */
const descriptiveMembers = ['contacts', 'initiate_login_uri', 'software_id', 'software_version'] as const;

/** May stand once for each language. @see RFC 7591, 2.2 */
const localizedMembers = ['client_name', 'client_uri', 'logo_uri', 'policy_uri', 'tos_uri'] as const;

/**
 * Known to the standards and not kept here yet: taking them would be a lie. A test watches that the provider does not keep one of them;
 * whoever turns a feature on moves its members up.
 */
export const unsupportedMembers = [
  'backchannel_logout_session_required',
  'backchannel_logout_uri',
  'backchannel_user_code_parameter',
  'client_registration_types',
  'frontchannel_logout_session_required',
  'frontchannel_logout_uri',
  'registration_access_token',
  'registration_client_uri',
  'request_object_encryption_alg',
  'request_object_encryption_enc',
  'request_uris',
  'sector_identifier_uri',
  'signed_jwks_uri',
  'software_statement',
  'use_mtls_endpoint_aliases',
] as const;

const taken: readonly string[] = [...ownMembers, ...shownMembers, ...keptMembers, ...descriptiveMembers, ...localizedMembers];
const takenNames = new Set(taken);
const unsupportedNames: ReadonlySet<string> = new Set(unsupportedMembers);
const localizedNames: ReadonlySet<string> = new Set(localizedMembers);

function isTaken(name: string): boolean {
  const [member = '', ...tags] = name.split('#');
  if (tags.length === 0) return takenNames.has(name);
  return localizedNames.has(member) && tags.length === 1 && /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(tags[0] ?? '');
}

/** `false` and `[]` ask for nothing, so nothing is promised. */
const asksForNothing = (value: unknown): boolean => value === false || (Array.isArray(value) && value.length === 0);

/** @throws {DomainError} `client_metadata_invalid` for the first member that would not be kept */
export function refuseOtherMembers(members: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(members)) {
    if (isTaken(name)) continue;
    if (!unsupportedNames.has(name)) throw memberInvalid(name.slice(0, 100), `not a known member${hintFor(name, taken)}`);
    if (!asksForNothing(value)) throw memberInvalid(name, 'not supported by this version');
  }
}

/** The members that would be kept, for who may send others and is told in the answer. @see RFC 7591, 2 */
export const keptMembersOf = (members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(members).filter(([name]) => isTaken(name)));
