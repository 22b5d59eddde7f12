import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FapiService, newKeys } from '#test/support/fapi-service.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

let provider: TestProvider;
let bank: FapiService;
let plain: Service;
let bound: string;
let bearer: string;
beforeAll(async () => {
  provider = await startProvider();
  await provider.addPerson(lan);
  const grants = ['authorization_code', 'client_credentials'];
  bank = await FapiService.register(provider, 'bank', {
    class: 'internal',
    subject_type: 'public',
    grant_types: grants,
    scope: 'openid services.read',
  });
  plain = await Service.register(provider, 'plain', { grant_types: grants });
  bound = await tokenOf(bank, { scope: 'services.read' });
  const answer = await plain.post('/token', { grant_type: 'client_credentials' });
  bearer = ((await answer.json()) as { access_token: string }).access_token;
});
afterAll(() => provider.stop());

async function tokenOf(service: FapiService, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const { body } = await service.call('/token', { grant_type: 'client_credentials', ...more });
  expect(body).toMatchObject({ token_type: 'DPoP' });
  return String(body['access_token']);
}

describe('a token that is bound to a key, at interfaces of our own', () => {
  it('opens links and the registry with a fresh proof of its key', async () => {
    const asked = await bank.resource('POST', '/links', bound, { json: { reference: 'user-1', label: 'Lan' } });
    expect([asked.status, asked.body]).toMatchObject([201, { link: expect.any(String) }]);
    expect((await bank.resource('GET', '/links/user-1', bound)).body['code']).toBe('link_not_found');
    expect((await bank.resource('GET', '/admin/v1/services', bound)).status).toBe(200);
  });

  const old = { iat: Math.floor(Date.now() / 1000) - 301 };
  it.each([
    ['stolen: shown as a bearer', () => ({ headers: { authorization: `Bearer ${bound}` } })],
    ['stolen: with a proof of another key', async () => ({ keys: await newKeys() })],
    ['with a proof for another method', () => ({ claims: { htm: 'POST' } })],
    ['with a proof for another address', () => ({ claims: { htu: `${provider.issuer}/me` } })],
    ['with a proof for another host', () => ({ claims: { htu: 'https://other.example/links/user-1' } })],
    ['with a proof for another token', () => ({ claims: { ath: 'x'.repeat(43) } })],
    ['with a proof for no token', () => ({ claims: { ath: undefined as never } })],
    ['with an old proof', () => ({ claims: old })],
    ['with a proof of a time to come', () => ({ claims: { iat: old.iat + 700 } })],
    ['with a proof without a name', () => ({ claims: { jti: undefined as never } })],
    ['without a proof', () => ({ headers: { dpop: '' } })],
    ['with what is no proof', () => ({ headers: { dpop: 'x.y.z' } })],
    ['unbound, under the scheme of bound ones', () => ({ headers: { authorization: `DPoP ${bearer}` } })],
  ])('is refused %s', async (_, bent) => {
    for (const path of ['/links/user-1', '/admin/v1/services']) {
      const { status, body, headers } = await bank.resource('GET', path, bound, await bent());
      expect([path, status, body['code']]).toEqual([
        path,
        401,
        path === '/links/user-1' ? 'client_token_invalid' : 'admin_token_invalid',
      ]);
      expect(headers.get('www-authenticate')).toContain('DPoP');
    }
  });

  it('is refused with a proof that was shown before (DPoP replay)', async () => {
    const claims = { jti: 'shown-once' };
    expect((await bank.resource('GET', '/links/user-1', bound, { claims })).status).toBe(404);
    expect((await bank.resource('GET', '/links/user-1', bound, { claims })).status).toBe(401);
  });

  it('proofs that are refused are not counted as shown: nobody uses up the names of others', async () => {
    const claims = { jti: 'theirs' };
    expect((await bank.resource('GET', '/links/user-1', bound, { claims, keys: await newKeys() })).status).toBe(401);
    expect((await bank.resource('GET', '/links/user-1', bound, { claims })).status).toBe(404);
  });
});
