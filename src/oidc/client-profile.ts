import type { Client, KoaContextWithOIDC } from 'oidc-provider';

/** Security profiles that a registration may name (interfaces.md, "One service"). */
export type ClientProfile = 'fapi-2.0' | 'fapi-2.0-message-signing' | 'fapi-ciba';

/** The rules of the library that each profile turns on; what it leaves to us is in the registration's rules and the checks beside this. */
const libraryProfiles = {
  'fapi-2.0': '2.0',
  'fapi-2.0-message-signing': '2.0',
  // requests by the back channel follow the first edition's rules for signatures
  'fapi-ciba': '1.0 Final',
} as const satisfies Record<ClientProfile, '2.0' | '1.0 Final'>;

export const profileOf = (client: Client | undefined): ClientProfile | undefined =>
  client?.['profile'] as ClientProfile | undefined;

/** For the library's `fapi` feature: which of its profiles holds for a client. */
export function libraryProfile(_ctx: KoaContextWithOIDC, client: Client | undefined): '2.0' | '1.0 Final' | undefined {
  const profile = profileOf(client);
  return profile === undefined ? undefined : libraryProfiles[profile];
}

/** Members that a profile decides, whatever else a registration says. @see FAPI 2.0 Security Profile, 5.3.2; FAPI 2.0 Message Signing, 5.3 to 5.5 */
export function profileMembers(profile: unknown): Readonly<Record<string, unknown>> {
  if (profile === 'fapi-2.0') return { require_pushed_authorization_requests: true, require_pkce: true };
  if (profile !== 'fapi-2.0-message-signing') return {};
  return { require_pushed_authorization_requests: true, require_pkce: true, require_signed_request_object: true };
}
