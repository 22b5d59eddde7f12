import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { unsupportedMembers } from '#src/clients/known-members.ts';
import { readMembers } from '#src/clients/member-shapes.ts';
import type { SecurityProfile } from '#src/clients/profile-names.ts';
import { checkProfile } from '#src/clients/profiles.ts';

const ec = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' };
const rsa = (bits: number) => ({
  ...generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' }),
  kid: `r${bits}`,
});
const p192 = { kty: 'EC', crv: 'P-192', x: 'AA', y: 'AA', kid: 'small' };
const ciba = 'urn:openid:params:grant-type:ciba';

const bank = {
  client_id: 'bank',
  client_name: 'Ngân hàng',
  class: 'private',
  redirect_uris: ['https://bank.example/cb'],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [ec] },
};
/** Members that belong to features of the provider; here only the rules about them are looked at. */
const strong = { dpop_bound_access_tokens: true, id_token_signed_response_alg: 'ES256' };
const pushed = { ...strong, require_pushed_authorization_requests: true };
const whole: Record<SecurityProfile, { known: object; more: object }> = {
  'fapi-2.0': { known: bank, more: pushed },
  'fapi-2.0-message-signing': {
    known: bank,
    more: {
      ...pushed,
      require_signed_request_object: true,
      request_object_signing_alg: 'ES256',
      authorization_signed_response_alg: 'PS256',
    },
  },
  'fapi-ciba': {
    known: { ...bank, grant_types: [ciba], redirect_uris: [] },
    more: { ...strong, backchannel_token_delivery_mode: 'poll', backchannel_authentication_request_signing_alg: 'ES256' },
  },
};

/** What the profile has against a registration that differs in these members. */
function refusal(profile: SecurityProfile, differs: object = {}): string | undefined {
  const { known, more } = whole[profile];
  const supported = Object.fromEntries(
    Object.entries(differs).filter(([name]) => !(unsupportedMembers as readonly string[]).includes(name)),
  );
  const { members } = readMembers({ ...known, ...supported, profile });
  try {
    checkProfile({ ...known, ...more, ...differs, profile }, members, { isProduction: true });
    return undefined;
  } catch (refused) {
    return (refused as { detail: string }).detail;
  }
}

const everywhere: readonly SecurityProfile[] = ['fapi-2.0', 'fapi-2.0-message-signing', 'fapi-ciba'];

describe.each(everywhere)('the profile %s', (profile) => {
  it('takes a registration that keeps all of it', () => {
    expect(refusal(profile)).toBeUndefined();
    const tls = { dpop_bound_access_tokens: undefined, tls_client_certificate_bound_access_tokens: true };
    expect(refusal(profile, { ...tls, token_endpoint_auth_method: 'tls_client_auth' })).toBeUndefined();
    expect(refusal(profile, { jwks: { keys: [ec, rsa(2048)] } })).toBeUndefined();
  });

  it.each(['none', 'client_secret_basic', 'client_secret_post'])('does not let %s stand for a client', (method) => {
    expect(refusal(profile, { token_endpoint_auth_method: method })).toMatch(/^token_endpoint_auth_method: /);
  });

  it('does not let tokens go that a thief could use', () => {
    expect(refusal(profile, { dpop_bound_access_tokens: false })).toMatch(/^dpop_bound_access_tokens: /);
  });

  it.each(['http://bank.example/cb', 'http://localhost:9/cb', 'http://127.0.0.1/cb'])(
    'does not send a code in the clear to %s',
    (uri) => {
      expect(refusal(profile, { redirect_uris: [uri] })).toMatch(/^redirect_uris: /);
    },
  );

  it('takes the loopback of a native app', () => {
    expect(refusal(profile, { application_type: 'native', redirect_uris: ['http://127.0.0.1/cb'] })).toBeUndefined();
    expect(refusal(profile, { application_type: 'native', redirect_uris: ['http://bank.example/cb'] })).toMatch(/^redirect_uris: /);
  });

  it.each([
    ['token_endpoint_auth_signing_alg', 'RS256'],
    ['id_token_signed_response_alg', 'RS256'],
    ['userinfo_signed_response_alg', 'RS256'],
    ['introspection_signed_response_alg', 'RS256'],
    ['authorization_signed_response_alg', 'RS256'],
    ['request_object_signing_alg', 'none'],
    ['request_object_signing_alg', 'HS256'],
  ])('does not take %s: %s', (member, algorithm) => {
    expect(refusal(profile, { [member]: algorithm })).toMatch(new RegExp(`^${member}: `));
  });

  it.each([
    ['an RSA key of 1024 bits', [rsa(1024)]],
    ['a curve of 192 bits', [p192]],
    ['a key that leads elsewhere', [{ ...ec, x5u: 'https://evil.example/cert' }]],
    ['a set that leads elsewhere', [{ ...ec, jku: 'https://evil.example/keys' }]],
    ['two keys of which one has no name', [ec, { ...rsa(2048), kid: undefined }]],
  ])('does not take %s', (_, keys) => {
    expect(refusal(profile, { jwks: { keys } })).toMatch(/^jwks: keys\.\d /);
  });

  it('does not do without PKCE', () => {
    expect(refusal(profile, { require_pkce: false })).toMatch(/^require_pkce: /);
  });

  it('says the profile and where it stands', () => {
    expect(refusal(profile, { require_pkce: false })).toContain(`under the profile ${profile} (FAPI 2.0 Security Profile, 5.3.2.2`);
  });
});

describe('what only some profiles demand', () => {
  it.each(['fapi-2.0', 'fapi-2.0-message-signing'] as const)('%s: requests are pushed', (profile) => {
    expect(refusal(profile, { require_pushed_authorization_requests: false })).toMatch(/^require_pushed_authorization_requests: /);
    expect(refusal(profile, { grant_types: ['client_credentials'] })).toMatch(/^grant_types: /);
  });

  it('fapi-2.0-message-signing: answers are signed', () => {
    expect(refusal('fapi-2.0-message-signing', { response_modes: ['jwt', 'query'] })).toMatch(/^response_modes: query /);
    expect(refusal('fapi-2.0-message-signing', { response_modes: ['jwt', 'form_post.jwt'] })).toBeUndefined();
  });

  it('fapi-2.0-message-signing: requests are signed', () => {
    expect(refusal('fapi-2.0-message-signing', { require_signed_request_object: false })).toMatch(
      /^require_signed_request_object: /,
    );
  });

  it.each([
    ['backchannel_token_delivery_mode', 'push'],
    ['backchannel_authentication_request_signing_alg', 'RS256'],
  ])('fapi-ciba: not %s: %s', (member, value) => {
    expect(refusal('fapi-ciba', { [member]: value })).toMatch(new RegExp(`^${member}: `));
  });

  it('fapi-ciba: requests of the browser, where there are any, are pushed', () => {
    const both = { grant_types: [ciba, 'authorization_code'], redirect_uris: ['https://bank.example/cb'] };
    expect(refusal('fapi-ciba', both)).toMatch(/^require_pushed_authorization_requests: /);
    expect(refusal('fapi-ciba', { grant_types: ['authorization_code'] })).toMatch(/^grant_types: /);
  });
});

it('without a profile none of it is asked', () => {
  const { members, sent } = readMembers({ ...bank, token_endpoint_auth_method: 'none', jwks: undefined });
  expect(() => checkProfile(sent, members, { isProduction: true })).not.toThrow();
});
