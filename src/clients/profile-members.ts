import type { ClientMetadata } from './client.ts';
import type { SecurityProfile } from './profile-names.ts';

/** What we sign for a service whichever way it asks; userinfo is signed only for who registers how. */
const answers = ['id_token_signed_response_alg', 'introspection_signed_response_alg', 'authorization_signed_response_alg'] as const;
const strong = 'ES256';

/** Ways of an answer to the browser that are signed. @see JWT Secured Authorization Response Mode, 2.3 */
export const signedModes: readonly string[] = ['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt'];
/** A code stays out of a fragment. */
const signedModesOfCode = signedModes.filter((mode) => mode !== 'fragment.jwt');

/**
 * What a profile means where a registration says nothing of it, and what it decides whatever it says. What contradicts it was refused.
 * @see FAPI 2.0 Security Profile, 5.3.2 and 5.4.1; FAPI 2.0 Message Signing, 5.3 to 5.5
 */
export function profileMembers(profile: SecurityProfile | undefined, metadata: ClientMetadata): ClientMetadata {
  if (profile === undefined) return {};
  const signed = Object.fromEntries(answers.map((member) => [member, metadata[member] ?? strong]));
  if (profile === 'fapi-ciba') return signed;
  const isTlsBound = metadata['tls_client_certificate_bound_access_tokens'] === true;
  const common = {
    ...signed,
    require_pushed_authorization_requests: true,
    ...(isTlsBound ? {} : { dpop_bound_access_tokens: true }),
  };
  if (profile === 'fapi-2.0') return common;
  return {
    ...common,
    require_signed_request_object: true,
    // who asks for none of them would get an answer that nobody signed
    response_modes: metadata['response_modes'] ?? signedModesOfCode,
  };
}
