import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientWorld, openClientWorld, shop } from '#test/support/client-world.ts';

let world: ClientWorld;
beforeAll(async () => {
  world = await openClientWorld();
});
afterAll(() => world.close());

const key = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig' };

const everything = {
  ...shop,
  client_id: 'everything',
  'client_name#en': 'Shop',
  'client_name#zh-Hans': '商店',
  client_uri: 'https://shop.example',
  'client_uri#en': 'https://shop.example/en',
  logo_uri: 'https://shop.example/logo.png',
  policy_uri: 'https://shop.example/policy',
  'policy_uri#en': 'https://shop.example/en/policy',
  tos_uri: 'https://shop.example/terms',
  contacts: ['ops@shop.example'],
  software_id: '4NRB1-0XZABZI9E6-5SM3R',
  software_version: '2.1',
  application_type: 'web',
  post_logout_redirect_uris: ['https://shop.example/bye'],
  initiate_login_uri: 'https://shop.example/start',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  response_modes: ['query', 'form_post'],
  scope: 'openid profile email offline_access',
  subject_type: 'pairwise',
  id_token_signed_response_alg: 'ES256',
  default_max_age: 3600,
  require_auth_time: true,
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: 'ES256',
};

const ciba = 'urn:openid:params:grant-type:ciba';
const polls = { backchannel_token_delivery_mode: 'poll' };

describe('ordinary client metadata (RFC 7591, OpenID Connect Registration)', () => {
  it.each([
    ['keys inline', { jwks: { keys: [key] } }],
    ['keys by address', { jwks_uri: 'https://shop.example/keys' }],
  ])('is taken and kept, with %s', async (_, keys) => {
    const given = { ...everything, ...keys };
    expect(await world.registry.put(given)).toEqual({ client_id: 'everything' });
    expect(await world.registry.show('everything')).toMatchObject(given);
  });

  it.each(['client_secret_basic', 'client_secret_post'])('is taken with %s', async (method) => {
    expect(await world.refusal({ client_id: method, token_endpoint_auth_method: method })).toBeUndefined();
  });

  it('is taken from a native app with an address of its own scheme and one on loopback', async () => {
    const native = { application_type: 'native', token_endpoint_auth_method: 'none', sector: 'app.example' };
    expect(
      await world.refusal({ ...native, client_id: 'app', redirect_uris: ['vn.app:/cb', 'http://127.0.0.1/cb'] }),
    ).toBeUndefined();
  });

  it('is taken from a service of several hosts that says its sector', async () => {
    const hosts = { redirect_uris: ['https://a.example/cb', 'https://b.example/cb'], sector: 'a.example' };
    expect(await world.refusal({ ...hosts, client_id: 'hosts' })).toBeUndefined();
  });

  it('needs no redirect URI and no response type from a client that acts for itself alone', async () => {
    const { redirect_uris: _, ...rest } = shop;
    await world.registry.put({ ...rest, client_id: 'job', grant_types: ['client_credentials'] });
    expect(await world.registry.show('job')).toMatchObject({
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    });
    expect((await world.directory.find('job'))?.client.metadata).toMatchObject({ response_types: [], redirect_uris: [] });
  });

  it('defaults to the authorization code, also with refresh tokens', async () => {
    await world.registry.put({ ...shop, client_id: 'plain' });
    await world.registry.put({ ...shop, client_id: 'refreshing', grant_types: ['authorization_code', 'refresh_token'] });
    expect(await world.registry.show('plain')).toMatchObject({ grant_types: ['authorization_code'], response_types: ['code'] });
    expect(await world.registry.show('refreshing')).toMatchObject({ response_types: ['code'] });
  });

  it.each([
    ['grant_types', { grant_types: ['implicit'], response_types: [] }],
    ['response_types', { grant_types: ['client_credentials'], response_types: ['code'] }],
    ['response_types', { grant_types: ['authorization_code'], response_types: [] }],
    ['response_types', { response_types: ['code', 'id_token'] }],
    ['redirect_uris', { redirect_uris: undefined }],
    ['redirect_uris', { redirect_uris: [] }],
    ['grant_types', { grant_types: ['authorization_code', 'client_credentials'], token_endpoint_auth_method: 'none' }],
    ['grant_types', { grant_types: ['authorization_code', ciba], token_endpoint_auth_method: 'none', ...polls }],
    ['grant_types', { grant_types: [ciba], redirect_uris: [], token_endpoint_auth_method: 'none', ...polls }],
    ['client_name', { client_name: 'x'.repeat(101) }],
    ['client_name#en', { 'client_name#en': 'x'.repeat(101) }],
    ['scope', { scope: 'openid everything' }],
    ['contacts', { contacts: ['nobody'] }],
    ['default_max_age', { default_max_age: -1 }],
    ['id_token_signed_response_alg', { id_token_signed_response_alg: 'HS256' }],
    ['token_endpoint_auth_signing_alg', { token_endpoint_auth_signing_alg: 'ES256' }],
    ['jwks', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['initiate_login_uri', { initiate_login_uri: 'http://shop.example/start' }],
    ['policy_uri#en', { 'policy_uri#en': 'javascript:alert(1)' }],
    ['logo_uri', { logo_uri: 'data:image/png;base64,AAAA' }],
  ])('is refused by the name of %s in %j', async (member, more) => {
    expect(await world.refusal(more)).toContain(member);
  });
});
