import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import type { SecurityProfile } from '#src/clients/profile-names.ts';

/** The rules of the library that each profile turns on; what it leaves to us is in the registration's rules and the checks beside this. */
const libraryProfiles = {
  'fapi-2.0': '2.0',
  'fapi-2.0-message-signing': '2.0',
  // requests by the back channel follow the first edition's rules for signatures
  'fapi-ciba': '1.0 Final',
} as const satisfies Record<SecurityProfile, '2.0' | '1.0 Final'>;

export const profileOf = (client: Client | undefined): SecurityProfile | undefined =>
  client?.['profile'] as SecurityProfile | undefined;

/** For the library's `fapi` feature: which of its profiles holds for a client. */
export function libraryProfile(_ctx: KoaContextWithOIDC, client: Client | undefined): '2.0' | '1.0 Final' | undefined {
  const profile = profileOf(client);
  return profile === undefined ? undefined : libraryProfiles[profile];
}

/** Whether a client of a profile may sign with this. @see FAPI 2.0 Security Profile, 5.4.1 */
export const isStrong = (alg: unknown, client: Client): boolean => profileOf(client) === undefined || alg !== 'RS256';
