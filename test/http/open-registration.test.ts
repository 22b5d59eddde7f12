import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const redirectUri = 'http://localhost:9/cb';
/** Somebody who exists: their number is outside the invented range. */
const real = { ...lan, id_number: '001190000001', phone: '0912000009' };

let provider: TestProvider;
let closed: TestProvider;
beforeAll(async () => {
  [provider, closed] = await Promise.all([startProvider({ environment: { SENID_OPEN_REGISTRATION: 'true' } }), startProvider()]);
  await provider.addPerson(lan);
  await provider.addPerson(real);
});
afterAll(async () => {
  await Promise.all([provider.stop(), closed.stop()]);
});

interface Registered {
  readonly client_id: string;
  readonly client_secret: string;
  readonly registration_access_token: string;
  readonly registration_client_uri: string;
}

async function call(method: string, url: string, body?: unknown, token?: string) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}
const register = (metadata: object) => call('POST', `${provider.issuer}/reg`, { redirect_uris: [redirectUri], ...metadata });
const registered = async (metadata: object = {}): Promise<Registered> => (await register(metadata)).body as unknown as Registered;

describe('a service that registers itself, where registration is open', () => {
  it('is found by a client library, which registers and signs somebody in who does not exist', async () => {
    const config = await client.dynamicClientRegistration(
      new URL(provider.issuer),
      { client_name: 'Flower shop', redirect_uris: [redirectUri], scope: 'openid profile' },
      client.ClientSecretBasic(),
      { execute: [client.allowInsecureRequests] },
    );
    const verifier = client.randomPKCECodeVerifier();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid profile',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const browser = new FormBrowser();
    const asked = await browser.press(await browser.open(url.href), 'continue', {
      id_number: lan.id_number,
      password: lan.password,
    });
    expect(asked.html).toContain('Test: Flower shop');
    const back = await browser.press(asked, 'approve', { grant: 'name' }, redirectUri);
    const tokens = await client.authorizationCodeGrant(config, new URL(back.url), { pkceCodeVerifier: verifier });
    const person = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '');
    expect(person.name).toBe('Nguyễn Thị Lan');
    // nobody who exists, for this service has named nobody
    const other = new FormBrowser();
    const refused = await other.press(await other.open(url.href), 'continue', {
      id_number: real.id_number,
      password: real.password,
    });
    expect(refused.html).toContain('still being tried out');
  });

  it('looks at, changes and deletes its registration with its own token', async () => {
    const made = await registered({ client_name: 'One' });
    const { registration_client_uri: uri, registration_access_token: token } = made;
    expect((await call('GET', uri, undefined, token)).body).toMatchObject({ client_id: made.client_id, client_name: 'One' });
    const changed = await call('PUT', uri, { client_id: made.client_id, client_name: 'Two', redirect_uris: [redirectUri] }, token);
    expect([changed.status, changed.body['client_name'], changed.body['client_secret']]).toEqual([200, 'Two', undefined]);
    expect((await call('DELETE', uri, undefined, token)).status).toBe(204);
    expect((await call('GET', uri, undefined, token)).status).toBe(401);
    expect((await call('PUT', uri, { redirect_uris: [redirectUri] }, token)).status).toBe(401);
    const page = await new FormBrowser().open(
      `${provider.issuer}/auth?client_id=${made.client_id}&response_type=code&scope=openid`,
    );
    expect(page.status).toBe(400);
  });

  it('is told what was kept: members that nobody here knows are left out', async () => {
    const { status, body } = await register({
      made_up: true,
      backchannel_logout_uri: 'https://shop.example/out',
      client_uri: 'https://shop.example',
    });
    expect([status, body['made_up'], body['backchannel_logout_uri'], body['client_uri']]).toEqual([
      201,
      undefined,
      undefined,
      'https://shop.example',
    ]);
    expect(body).toMatchObject({ client_secret_expires_at: 0, client_id_issued_at: expect.any(Number) });
  });

  it.each([
    ['invalid_redirect_uri', { redirect_uris: ['nothing'] }],
    ['invalid_client_metadata', { grant_types: ['password'] }],
    ['invalid_client_metadata', { client_id: 'chosen' }],
  ])('is refused in the words of the standard: %s', async (error, metadata) => {
    const { status, body } = await register(metadata);
    expect([status, body['error']]).toEqual([400, error]);
  });
});

describe('who attacks open registration', () => {
  it.each([
    ['a part of SenID', { class: 'internal', grant_types: ['client_credentials'], allowed_scopes: ['services.operate'] }],
    ['a public service that reads by law', { class: 'public' }],
    ['a service with powers of the admin API', { grant_types: ['client_credentials'], allowed_scopes: ['services.operate'] }],
  ])('does not become %s', async (_, metadata) => {
    expect((await register(metadata)).status).toBe(400);
  });

  it('does not open a registration with the token of another one, none, or one that is made up', async () => {
    const [one, other] = [await registered(), await registered()];
    for (const token of [undefined, 'made-up', other.registration_access_token, one.client_secret])
      for (const method of ['GET', 'DELETE', 'PUT']) {
        const answer = await call(
          method,
          one.registration_client_uri,
          method === 'PUT' ? { redirect_uris: [redirectUri] } : undefined,
          token,
        );
        expect([answer.status, answer.body['error']]).toEqual([401, 'invalid_token']);
      }
  });

  it('does not get at services that were registered otherwise', async () => {
    await Service.register(provider, 'bank');
    for (const id of ['bank', 'senid-console', 'nobody'])
      expect((await call('GET', `${provider.issuer}/reg/${id}`, undefined, 'A'.repeat(43))).status).toBe(401);
  });

  it('finds nothing where registration is closed', async () => {
    expect((await call('POST', `${closed.issuer}/reg`, { redirect_uris: [redirectUri] })).status).toBe(404);
    const discovery = await fetch(`${closed.issuer}/.well-known/openid-configuration`);
    expect(await discovery.json()).not.toHaveProperty('registration_endpoint');
  });

  it('registers sixty services an hour from one network, and no more', async () => {
    const answers: number[] = [];
    for (let n = 0; n < 61; n += 1) answers.push((await register({ grant_types: ['password'] })).status);
    expect(answers.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect(new Set(answers)).toEqual(new Set([400, 429]));
  });
});
