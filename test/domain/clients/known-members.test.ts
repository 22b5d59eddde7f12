import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keptMembers, unsupportedMembers } from '#src/clients/known-members.ts';
import { supportedMetadata } from '#src/oidc/provider.ts';
import { generateSigningKey, signingAlgorithms } from '#src/oidc/signing-keys.ts';
import { type ClientWorld, openClientWorld } from '#test/support/client-world.ts';

let world: ClientWorld;
beforeAll(async () => {
  world = await openClientWorld();
});
afterAll(() => world.close());

const provider = new Provider('https://id.example', {
  ...supportedMetadata(),
  pairwiseIdentifier: async () => '',
  jwks: { keys: signingAlgorithms.map(generateSigningKey) as never },
  adapter: () => ({}) as never,
  cookies: { keys: ['unused'] },
});
const LibraryClient = provider.Client as unknown as new (metadata: object) => object;
const plain = { client_id: 'x', client_secret: 'x', redirect_uris: ['https://x.example/'], subject_type: 'public' };

/** Whether the library keeps a member, as this version sets it up. */
function libraryKeeps(member: string): boolean {
  const camel = member.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  try {
    // a value that no member can have: whoever reads it stumbles or shows it
    return camel in new LibraryClient({ ...plain, [member]: {} });
  } catch {
    return true;
  }
}

describe('members of a registration', () => {
  it.each(keptMembers)('%s is kept by the provider', (member) => {
    expect(libraryKeeps(member)).toBe(true);
  });

  it.each(unsupportedMembers.filter((member) => member !== 'sector_identifier_uri'))(
    '%s is not kept by the provider, so it belongs to the refused',
    (member) => {
      expect(libraryKeeps(member)).toBe(false);
    },
  );

  it.each([
    ['userinfo_signed_response_alg', 'RS256'],
    ['id_token_encrypted_response_alg', 'RSA-OAEP'],
    ['request_object_signing_alg', 'ES256'],
    ['backchannel_logout_uri', 'https://shop.example/out'],
    ['frontchannel_logout_uri', 'https://shop.example/out'],
    ['tls_client_certificate_bound_access_tokens', true],
    ['sector_identifier_uri', 'https://shop.example/sector'],
    ['request_uris', ['https://shop.example/r']],
    ['software_statement', 'ey.ey.x'],
    ['login_hints', ['phone']],
  ])('does not take %s and then not keep it', async (member, value) => {
    expect(await world.refusal({ [member]: value })).toBe(`${member}: not supported by this version`);
  });

  it.each(['tls_client_certificate_bound_access_tokens', 'require_signed_request_object', 'dpop_bound_access_tokens'])(
    'takes %s: false, which asks for nothing',
    async (member) => {
      expect(await world.refusal({ [member]: false })).toBeUndefined();
    },
  );

  it.each([
    ['alowed_claims', ', did you mean allowed_claims?'],
    ['redirect_uri', ', did you mean redirect_uris?'],
    ['legal_bases', ', did you mean legal_basis?'],
    ['clientname', ', did you mean client_name?'],
    ['client_name#', ', did you mean client_name?'],
    ['contacts#vi', ', did you mean contacts?'],
    ['frobnicate', ''],
    ['x'.repeat(100_000), ''],
  ])('does not overlook the typing error %.20s', async (member, hint) => {
    expect(await world.refusal({ [member]: ['name'] })).toBe(`${member.slice(0, 100)}: not a known member${hint}`);
  });

  it('takes null for an omitted member', async () => {
    expect(await world.refusal({ jwks_uri: null, userinfo_signed_response_alg: null, sector: null })).toBeUndefined();
  });

  it.each([[[]], ['text'], [null], [7]])('does not take %j for a registration', async (json) => {
    await expect(world.registry.put(json)).rejects.toMatchObject({
      code: 'client_metadata_invalid',
      detail: 'registration: expected one JSON object',
    });
  });
});
