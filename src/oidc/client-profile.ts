import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
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

/**
 * No token of a strong profile is of use to a thief, whatever its registration relied on when it was taken: a deployment may have stopped taking
 * client certificates since.
 * @see FAPI 2.0 Security Profile, 5.3.2.1 (4)
 */
export function requireBound(client: Client | undefined, token: { readonly isSenderConstrained?: () => boolean }): void {
  if (profileOf(client) !== undefined && token.isSenderConstrained?.() !== true)
    throw new errors.InvalidGrant('tokens of this client are bound to a key or certificate, and none was shown');
}

/** Whether a client of a profile may sign with this. @see FAPI 2.0 Security Profile, 5.4.1 */
export const isStrong = (alg: unknown, client: Client): boolean => profileOf(client) === undefined || alg !== 'RS256';
