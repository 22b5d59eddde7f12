import { memberInvalid } from './errors.ts';
import type { Members, SentMembers } from './member-shapes.ts';
import { isLoopbackAddress } from './private-address.ts';
import { signedModes } from './profile-members.ts';
import type { SecurityProfile } from './profile-names.ts';

/** One demand of a profile on a registration: what is wrong with it, in words, or nothing. */
interface Demand {
  readonly member: string;
  readonly source: string;
  readonly wrong: (sent: SentMembers, members: Members, isProduction: boolean) => string | undefined;
}

const isTrue = (member: string, source: string): Demand => ({
  member,
  source,
  // what is not said follows from the profile (`profile-members.ts`)
  wrong: ({ [member]: value }) => (value === undefined || value === true ? undefined : 'must be true'),
});

/** @see FAPI 2.0 Security Profile, 5.4.1 */
const strongAlgorithms = ['PS256', 'ES256', 'EdDSA', 'Ed25519'];

const strongAlgorithm = (member: string, source: string): Demand => ({
  member,
  source,
  wrong({ [member]: value }) {
    return value === undefined || strongAlgorithms.includes(String(value))
      ? undefined
      : `${String(value)} is not one of ${strongAlgorithms.join(', ')}`;
  },
});

const usesCode = ({ grant_types: grants }: Members): boolean => grants.includes('authorization_code');
const ciba = 'urn:openid:params:grant-type:ciba';

/** Codes go to web addresses over TLS, to an app's own scheme, or to loopback for a native app. */
const safeRedirects: Demand = {
  member: 'redirect_uris',
  source: 'FAPI 2.0 Security Profile, 5.3.2.2 (8)',
  wrong({ application_type: type }, { redirect_uris: uris }, isProduction) {
    const plain = uris.find((uri) => {
      const url = URL.parse(uri);
      return url?.protocol === 'http:' && !(isLoopbackAddress(url) && (type === 'native' || !isProduction));
    });
    return plain === undefined ? undefined : `${plain} must be https; http is for the loopback of native apps, and of development`;
  },
};

const strongAuthentication: Demand = {
  member: 'token_endpoint_auth_method',
  source: 'FAPI 2.0 Security Profile, 5.3.2.1 (3, 6)',
  wrong: (_sent, { token_endpoint_auth_method: method }) =>
    ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'].includes(method)
      ? undefined
      : `${method} is not one of private_key_jwt, tls_client_auth, self_signed_tls_client_auth`,
};

const boundTokens: Demand = {
  member: 'dpop_bound_access_tokens',
  source: 'FAPI 2.0 Security Profile, 5.3.2.1 (4, 5)',
  wrong: ({ dpop_bound_access_tokens: dpop, tls_client_certificate_bound_access_tokens: tls }, { profile }) =>
    dpop === true || tls === true || (dpop === undefined && profile !== 'fapi-ciba')
      ? undefined
      : 'this or tls_client_certificate_bound_access_tokens must be true',
};

const strongKeys: Demand = {
  member: 'jwks',
  source: 'FAPI 2.0 Security Profile, 5.4.1, 5.4.2',
  wrong: (_sent, { jwks }) => keySetFault(jwks?.keys ?? []),
};

const withPkce: Demand = {
  member: 'require_pkce',
  source: 'FAPI 2.0 Security Profile, 5.3.2.2 (5)',
  wrong: (_sent, { require_pkce: required }) => (required ? undefined : 'must not be false'),
};

const codeAlone: Demand = {
  member: 'grant_types',
  source: 'FAPI 2.0 Security Profile, 5.3.2.2 (1)',
  wrong: (_sent, members) => (usesCode(members) ? undefined : 'authorization_code belongs to this profile'),
};

const common: readonly Demand[] = [
  strongAuthentication,
  boundTokens,
  strongKeys,
  safeRedirects,
  withPkce,
  ...[
    'token_endpoint_auth_signing_alg',
    'request_object_signing_alg',
    'id_token_signed_response_alg',
    'userinfo_signed_response_alg',
    'introspection_signed_response_alg',
    'authorization_signed_response_alg',
  ].map((member) => strongAlgorithm(member, 'FAPI 2.0 Security Profile, 5.4.1')),
];

const pushed: Demand = isTrue('require_pushed_authorization_requests', 'FAPI 2.0 Security Profile, 5.3.2.2 (3)');

/** What each profile demands of a registration; `docs/adr/0015-service-registry.md` says why they are refused and not mended. */
const demands: Record<SecurityProfile, readonly Demand[]> = {
  'fapi-2.0': [...common, codeAlone, pushed],
  'fapi-2.0-message-signing': [
    ...common,
    codeAlone,
    pushed,
    isTrue('require_signed_request_object', 'FAPI 2.0 Message Signing, 5.3.1'),
    {
      member: 'response_modes',
      source: 'FAPI 2.0 Message Signing, 5.4.1',
      wrong({ response_modes: modes }) {
        const unsigned = Array.isArray(modes) ? modes.find((mode) => !signedModes.includes(mode)) : undefined;
        return unsigned === undefined ? undefined : `${String(unsigned)} is not one of ${signedModes.join(', ')}`;
      },
    },
  ],
  'fapi-ciba': [
    ...common,
    {
      member: 'grant_types',
      source: 'CIBA Core 1.0, 4',
      wrong: (_sent, { grant_types: grants }) => (grants.includes(ciba) ? undefined : `${ciba} belongs to this profile`),
    },
    {
      member: 'backchannel_token_delivery_mode',
      source: 'FAPI-CIBA, 5.2.2',
      wrong: ({ backchannel_token_delivery_mode: mode }) =>
        mode === 'poll' || mode === 'ping' ? undefined : 'must be poll or ping; push is forbidden',
    },
    strongAlgorithm('backchannel_authentication_request_signing_alg', 'FAPI-CIBA, 5.2.2'),
    {
      member: 'require_pushed_authorization_requests',
      source: 'FAPI 2.0 Security Profile, 5.3.2.2 (3)',
      wrong: ({ require_pushed_authorization_requests: value }, members) =>
        usesCode(members) && value !== true ? 'must be true where authorization_code is used' : undefined,
    },
  ],
};

type Key = Readonly<Record<string, unknown>>;

const bitsOf = (modulus: unknown): number => Buffer.from(String(modulus ?? ''), 'base64url').length * 8;
const curveBits: Readonly<Record<string, number>> = { 'P-256': 256, 'P-384': 384, 'P-521': 521, Ed25519: 256 };

/** What a profile has against one public key; undefined: nothing. @see FAPI 2.0 Security Profile, 5.4.1 */
export function keyFault(key: Key): string | undefined {
  if (key['x5u'] !== undefined || key['jku'] !== undefined) return 'must not lead elsewhere by x5u or jku';
  if (key['kty'] === 'RSA') return bitsOf(key['n']) >= 2048 ? undefined : 'an RSA key needs at least 2048 bits';
  if ((curveBits[String(key['crv'])] ?? 0) < 224) return `${String(key['crv'] ?? key['kty'])} is too weak or not known`;
  return undefined;
}

function keySetFault(keys: readonly Key[]): string | undefined {
  const weak = keys.findIndex((key) => keyFault(key) !== undefined);
  if (weak >= 0) return `keys.${weak} ${keyFault(keys[weak] ?? {})}`;
  const nameless = keys.length > 1 ? keys.findIndex(({ kid }) => typeof kid !== 'string') : -1;
  return nameless >= 0 ? `keys.${nameless} needs a kid` : undefined;
}

/** Holds a registration to the profile that it says. @throws {DomainError} `client_metadata_invalid` */
export function checkProfile(sent: SentMembers, members: Members, { isProduction }: { readonly isProduction: boolean }): void {
  const { profile } = members;
  if (profile === undefined) return;
  for (const { member, source, wrong } of demands[profile]) {
    const fault = wrong(sent, members, isProduction);
    if (fault !== undefined) throw memberInvalid(member, `${fault} under the profile ${profile} (${source})`);
  }
}
