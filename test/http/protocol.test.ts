import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockAccount, unlockAccount } from '#src/accounts/locks.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const person = (n: number) => ({
  id_number: `0001900001${String(n).padStart(2, '0')}`,
  name: { family: 'Trần', middle: '', given: 'Minh' },
  birthdate: '1985-11-23',
  gender: 'male',
  email: `p${n}@example.org`,
  identity_level: 2,
  password: `mật khẩu dài ${n}`,
});

let provider: TestProvider;
let rp: Service;
let offline: Service;
let spa: Service;
let people: AccountId[];

beforeAll(async () => {
  provider = await startProvider();
  people = [];
  for (let n = 0; n < 6; n += 1) people.push(await provider.addPerson(person(n)));
  rp = await Service.register(provider, 'rp', { grant_types: ['authorization_code', 'client_credentials'] });
  offline = await Service.register(provider, 'offline', { grant_types: ['authorization_code', 'refresh_token'] });
  spa = await Service.register(provider, 'spa', {
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  });
});
afterAll(() => provider.stop());

const errorOf = (url: string): string | null => new URL(url).searchParams.get('error');
const none = async (browser: FormBrowser, params: Record<string, string>): Promise<string | null> =>
  errorOf((await browser.open(rp.authorize({ prompt: 'none', ...params }).url, {}, rp.redirectUri)).url);

describe('prompt and max_age', () => {
  it('prompt=none: login_required without a session, consent_required for something new, interaction_required for a step-up', async () => {
    const browser = new FormBrowser();
    expect(await none(browser, {})).toBe('login_required');
    await rp.signIn(browser, person(0));
    expect(await none(browser, {})).toBeNull();
    expect(await none(browser, { scope: 'openid email' })).toBe('consent_required');
    expect(await none(browser, { acr_values: 'urn:senid:acr:id2-auth2' })).toBe('unmet_authentication_requirements');
  });

  it('prompt=login shows the page although a session is there, and auth_time is later', async () => {
    const browser = new FormBrowser();
    const first = await rp.signIn(browser, person(0));
    const page = await browser.open(rp.authorize({ prompt: 'login' }).url);
    expect(page.html).toContain('name="password"');
    await expect.poll(() => Math.floor(Date.now() / 1000), { timeout: 5000 }).toBeGreaterThan(Number(first.claims?.['auth_time']));
    const again = await rp.signIn(browser, person(0), { prompt: 'login' });
    expect(Number(again.claims?.['auth_time'])).toBeGreaterThan(Number(first.claims?.['auth_time']));
  });

  it('an exceeded max_age asks again, one that is not exceeded does not, and the token always has auth_time', async () => {
    const browser = new FormBrowser();
    const first = await rp.signIn(browser, person(0));
    expect(await none(browser, { max_age: '1000' })).toBeNull();
    await expect
      .poll(() => Math.floor(Date.now() / 1000), { timeout: 5000 })
      .toBeGreaterThan(Number(first.claims?.['auth_time']) + 1);
    expect(await none(browser, { max_age: '1' })).toBe('login_required');
    const again = await rp.signIn(browser, person(0), { max_age: '1' });
    expect(Number(again.claims?.['auth_time'])).toBeGreaterThan(Number(first.claims?.['auth_time']));
  });

  it('id_token_hint of another person: login_required', async () => {
    const other = await rp.signIn(new FormBrowser(), person(1));
    const browser = new FormBrowser();
    const own = await rp.signIn(browser, person(0));
    expect(await none(browser, { id_token_hint: own.tokens.id_token })).toBeNull();
    expect(await none(browser, { id_token_hint: other.tokens.id_token })).toBe('login_required');
  });
});

describe('acr', () => {
  it('all supported values at once are answered by the first one that is reached', async () => {
    const { claims } = await rp.signIn(new FormBrowser(), person(0), {
      acr_values: 'urn:senid:acr:id1-auth1 urn:senid:acr:id1-auth2 urn:senid:acr:id2-auth4',
    });
    expect(claims?.['acr']).toBe('urn:senid:acr:id1-auth1');
  });

  it('an essential acr that cannot be met is refused after its page, not quietly lowered', async () => {
    const browser = new FormBrowser();
    const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['urn:senid:acr:id2-auth3'] } } });
    const page = await browser.press(await browser.open(rp.authorize({ claims }).url), 'continue', {
      id_number: person(0).id_number,
      password: person(0).password,
    });
    expect(page.html).toContain('role="alert"');
    expect(errorOf((await browser.press(page, 'cancel', {}, rp.redirectUri)).url)).toBe('unmet_authentication_requirements');
  });

  it('an essential acr is not overwritten by acr_values', async () => {
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:senid:acr:id2-auth1' } } });
    const signedIn = await rp.signIn(new FormBrowser(), person(0), { claims, acr_values: 'urn:senid:acr:id1-auth1' });
    expect(signedIn.claims?.['acr']).toBe('urn:senid:acr:id2-auth1');
  });
});

describe('codes', () => {
  it('are used once; a replay ends the tokens of the first use', async () => {
    const { page, tokens } = await rp.signIn(new FormBrowser(), person(2));
    expect(await rp.userinfo(tokens)).toHaveProperty('sub');
    const replay = await rp.redeem(page, 'x'.repeat(43));
    expect(replay.status).toBe(400);
    const { verifier, url } = rp.authorize();
    const browser = new FormBrowser();
    await rp.signIn(browser, person(2));
    const back = await browser.open(url, {}, rp.redirectUri);
    const first = await rp.redeem(back, verifier);
    expect(first.status).toBe(200);
    expect((await rp.redeem(back, verifier)).status).toBe(400);
    expect(await rp.userinfo(first.tokens)).toMatchObject({ error: 'invalid_token' });
  });

  it('redeemed 20 times in parallel give tokens once', async () => {
    const browser = new FormBrowser();
    await rp.signIn(browser, person(2));
    const { url, verifier } = rp.authorize();
    const back = await browser.open(url, {}, rp.redirectUri);
    const all = await Promise.all(Array.from({ length: 20 }, () => rp.redeem(back, verifier)));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('are not burnt by a failed client authentication', async () => {
    const browser = new FormBrowser();
    await rp.signIn(browser, person(2));
    const { url, verifier } = rp.authorize();
    const back = await browser.open(url, {}, rp.redirectUri);
    const code = new URL(back.url).searchParams.get('code') ?? '';
    const wrong = await rp.post(
      '/token',
      { grant_type: 'authorization_code', code, redirect_uri: rp.redirectUri, code_verifier: verifier },
      `Basic ${Buffer.from('rp:wrong').toString('base64')}`,
    );
    expect(wrong.status).toBe(401);
    expect((await rp.redeem(back, verifier)).status).toBe(200);
  });

  it('need the right verifier, and the request needs S256', async () => {
    const browser = new FormBrowser();
    await rp.signIn(browser, person(2));
    const back = await browser.open(rp.authorize().url, {}, rp.redirectUri);
    expect((await rp.redeem(back, 'y'.repeat(43))).status).toBe(400);
    const missing = await browser.open(
      rp.authorize({ code_challenge: undefined, code_challenge_method: undefined }).url,
      {},
      rp.redirectUri,
    );
    expect(errorOf(missing.url)).toBe('invalid_request');
  });

  it('a confidential client registered for it may do without PKCE, a public one never', async () => {
    const old = await Service.register(provider, 'old-library', { require_pkce: false });
    const browser = new FormBrowser();
    await old.signIn(browser, person(2));
    const back = await browser.open(
      old.authorize({ code_challenge: undefined, code_challenge_method: undefined }).url,
      {},
      old.redirectUri,
    );
    const code = new URL(back.url).searchParams.get('code') ?? '';
    const response = await old.post('/token', { grant_type: 'authorization_code', code, redirect_uri: old.redirectUri });
    expect(response.status).toBe(200);
    await expect(
      Service.register(provider, 'spa-2', { require_pkce: false, token_endpoint_auth_method: 'none' }),
    ).rejects.toMatchObject({ code: 'client_metadata_invalid' });
  });
});

describe('refresh tokens', () => {
  it('are given for offline_access without prompt=consent, said on the page, and keep acr, amr and auth_time', async () => {
    const browser = new FormBrowser();
    const { url, verifier } = offline.authorize({ scope: 'openid offline_access' });
    const consent = await browser.press(await browser.open(url), 'continue', {
      id_number: person(3).id_number,
      password: person(3).password,
    });
    expect(consent.html).toContain('30 days');
    const back = await browser.press(consent, 'approve', {}, offline.redirectUri);
    const { tokens } = await offline.redeem(back, verifier);
    expect(tokens.scope?.split(' ')).toContain('offline_access');
    const refreshed = await (
      await offline.post('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' })
    ).json();
    const [before, after] = [decodeJwt(tokens.id_token), decodeJwt((refreshed as { id_token: string }).id_token)];
    for (const claim of ['sub', 'acr', 'amr', 'auth_time']) expect(after[claim]).toEqual(before[claim]);
  });

  it('are never given without the scope', async () => {
    const { tokens } = await offline.signIn(new FormBrowser(), person(0));
    expect(tokens.refresh_token).toBeUndefined();
  });

  it('of a public client rotate, and a reused one ends them all', async () => {
    const { tokens } = await spa.signIn(new FormBrowser(), person(3), { scope: 'openid offline_access' });
    const refresh = (token: string) => spa.post('/token', { grant_type: 'refresh_token', refresh_token: token, client_id: 'spa' });
    const second = (await (await refresh(tokens.refresh_token ?? '')).json()) as { refresh_token: string };
    expect(second.refresh_token).not.toBe(tokens.refresh_token);
    expect((await refresh(tokens.refresh_token ?? '')).status).toBe(400);
    expect((await refresh(second.refresh_token)).status).toBe(400);
  });

  it('rotated 10 times in parallel give one new token, and a thief who came first keeps nothing', async () => {
    const { tokens } = await spa.signIn(new FormBrowser(), person(4), { scope: 'openid offline_access' });
    const all = await Promise.all(
      Array.from({ length: 10 }, () =>
        spa.post('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '', client_id: 'spa' }),
      ),
    );
    const given = all.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const response of given) {
      const rotated = (await response.json()) as typeof tokens;
      expect(await spa.userinfo(rotated)).toMatchObject({ error: 'invalid_token' });
    }
  });

  it('outlive a sign-out, as offline access is meant to', async () => {
    const browser = new FormBrowser();
    const { tokens } = await offline.signIn(browser, person(3), { scope: 'openid offline_access' });
    await browser.press(
      await browser.open(`${provider.issuer}/session/end?${new URLSearchParams({ id_token_hint: tokens.id_token })}`),
      'continue',
    );
    expect((await offline.post('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' })).status).toBe(
      200,
    );
  });
});

describe('a lock is one write', () => {
  it('and ends sessions, codes, refresh tokens, userinfo and introspection; an unlock revives none of them', async () => {
    const id = people[5] as AccountId;
    const browser = new FormBrowser();
    const { tokens } = await offline.signIn(browser, person(5), { scope: 'openid offline_access' });
    const { url, verifier } = offline.authorize();
    const back = await browser.open(url, {}, offline.redirectUri);
    await lockAccount(provider.application, id, { ground: 'own-request', by: 'self' });
    const dead = async (): Promise<void> => {
      expect(await offline.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
      expect((await offline.redeem(back, verifier)).status).toBe(400);
      expect(
        (await offline.post('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' })).status,
      ).toBe(400);
      expect(await (await offline.post('/token/introspection', { token: tokens.access_token })).json()).toEqual({ active: false });
      expect((await browser.open(offline.authorize().url)).html).toContain('name="password"');
    };
    await dead();
    const entry = await browser.press(await browser.open(offline.authorize().url), 'continue', {
      id_number: person(5).id_number,
      password: person(5).password,
    });
    expect(entry.status).toBe(401);
    await unlockAccount(provider.application, id, 'test');
    await dead();
  });
});

describe('introspection, revocation, client credentials', () => {
  it('tell the client about its own tokens, with acr and auth_time, and nobody else', async () => {
    const { tokens } = await rp.signIn(new FormBrowser(), person(0));
    const own = (await (await rp.post('/token/introspection', { token: tokens.access_token })).json()) as Record<string, unknown>;
    expect(own).toMatchObject({ active: true, client_id: 'rp', acr: 'urn:senid:acr:id2-auth1', auth_time: expect.any(Number) });
    expect(await (await offline.post('/token/introspection', { token: tokens.access_token })).json()).toEqual({ active: false });
    expect((await rp.post('/token/revocation', { token: tokens.access_token })).status).toBe(200);
    expect(await rp.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
  });

  it('client credentials work with Basic, POST and a signed assertion that is used once', async () => {
    expect((await rp.post('/token', { grant_type: 'client_credentials' })).status).toBe(200);
    expect(
      (await rp.post('/token', { grant_type: 'client_credentials', client_id: 'rp', client_secret: rp.secret ?? '' }, null)).status,
    ).toBe(200);
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const signer = await Service.register(provider, 'signer', {
      grant_types: ['authorization_code', 'client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] },
    });
    const assertion = (life: number): Promise<string> =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'ES256', kid: 'k' })
        .setIssuer('signer')
        .setSubject('signer')
        .setAudience(provider.issuer)
        .setJti(crypto.randomUUID())
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + life)
        .sign(privateKey);
    const present = (jwt: string): Promise<Response> =>
      signer.post(
        '/token',
        {
          grant_type: 'client_credentials',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: jwt,
        },
        null,
      );
    const once = await assertion(60);
    expect((await present(once)).status).toBe(200);
    expect((await present(once)).status).toBe(401);
    expect((await present(await assertion(7200))).status).toBe(401);
    const racing = await assertion(60);
    const all = await Promise.all(Array.from({ length: 10 }, () => present(racing)));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('what a service may ask', () => {
  it('a scope outside its registration is invalid_scope before any page; a claim outside it is dropped, never shown', async () => {
    const narrow = await Service.register(provider, 'narrow', { scope: 'openid profile', allowed_claims: ['name'] });
    const refused = await new FormBrowser().open(narrow.authorize({ scope: 'openid email' }).url, {}, narrow.redirectUri);
    expect(errorOf(refused.url)).toBe('invalid_scope');
    const browser = new FormBrowser();
    const claims = JSON.stringify({ userinfo: { email: { essential: true }, name: null, made_up: null } });
    const consent = await browser.press(await browser.open(narrow.authorize({ scope: 'openid profile', claims }).url), 'continue', {
      id_number: person(0).id_number,
      password: person(0).password,
    });
    expect([...consent.html.matchAll(/name="grant" value="([^"]+)"/g)].map(([, name]) => name)).toEqual(['name']);
  });

  it('claims asked for the ID token come in the ID token, with consent', async () => {
    const claims = JSON.stringify({ id_token: { email: null } });
    const signedIn = await rp.signIn(new FormBrowser(), person(0), { claims }, ['email']);
    expect(signedIn.claims).toMatchObject({ email: 'p0@example.org' });
  });
});

it('a native app signs a person in again and again, each time with a page', async () => {
  const app = await Service.register(provider, 'app', { application_type: 'native', token_endpoint_auth_method: 'none' });
  const browser = new FormBrowser();
  for (let n = 0; n < 3; n += 1) {
    const page = await browser.open(app.authorize().url, {}, app.redirectUri);
    expect(page.url).not.toContain(app.redirectUri);
    expect((await app.signIn(browser, person(0))).status).toBe(200);
  }
  const silent = await browser.open(app.authorize({ prompt: 'none' }).url, {}, app.redirectUri);
  expect(errorOf(silent.url)).toBe('consent_required');
});

describe('the rest of the surface', () => {
  it('ID tokens are RS256 when a registration names no algorithm', async () => {
    const plain = await Service.register(provider, 'plain', { id_token_signed_response_alg: undefined });
    const { tokens } = await plain.signIn(new FormBrowser(), person(0));
    expect(decodeProtectedHeader(tokens.id_token).alg).toBe('RS256');
  });

  it('form_post answers with a form for the redirect URI, and its policy lets that form go there', async () => {
    const browser = new FormBrowser();
    await rp.signIn(browser, person(0));
    const page = await browser.open(rp.authorize({ response_mode: 'form_post' }).url);
    expect(page.html).toContain(`action="${rp.redirectUri}"`);
    expect(page.html).toContain('name="iss"');
    expect(page.headers.get('content-security-policy')).toMatch(/form-action 'self' http:\/\/localhost:9/);
  });

  it('POST to /auth works, also for a browser that is signed in', async () => {
    const browser = new FormBrowser();
    await rp.signIn(browser, person(0));
    const { search } = new URL(rp.authorize().url);
    const back = await browser.open(
      `${provider.issuer}/auth`,
      { method: 'POST', body: search.slice(1), headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      rp.redirectUri,
    );
    expect(new URL(back.url).searchParams.has('code')).toBe(true);
  });

  it('everything that discovery names answers, and nothing else is named', async () => {
    const discovery = (await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json()) as Record<
      string,
      unknown
    >;
    const endpoints = Object.entries(discovery).filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri');
    for (const [, url] of endpoints)
      expect((await fetch(String(url), { headers: { accept: 'application/json' } })).status).not.toBe(500);
    expect(endpoints.map(([name]) => name).sort()).toEqual([
      'authorization_endpoint',
      'backchannel_authentication_endpoint',
      'end_session_endpoint',
      'introspection_endpoint',
      'jwks_uri',
      'pushed_authorization_request_endpoint',
      'revocation_endpoint',
      'token_endpoint',
      'userinfo_endpoint',
    ]);
    expect(discovery).toMatchObject({
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      claims_parameter_supported: true,
    });
    expect(discovery['acr_values_supported']).toHaveLength(8);
  });

  it('CORS is for public clients on their own origins', async () => {
    const ask = (origin: string) =>
      fetch(`${provider.issuer}/token`, {
        method: 'POST',
        headers: { origin },
        body: new URLSearchParams({ grant_type: 'authorization_code', client_id: 'spa', code: 'x', redirect_uri: spa.redirectUri }),
      });
    expect((await ask('http://localhost:9')).headers.get('access-control-allow-origin')).toBe('http://localhost:9');
    expect((await ask('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    expect(
      (
        await fetch(`${provider.issuer}/.well-known/openid-configuration`, { headers: { origin: 'https://any.example' } })
      ).headers.get('access-control-allow-origin'),
    ).toBe('https://any.example');
  });

  it('ui_locales and Accept-Language choose the language', async () => {
    const english = await new FormBrowser({ 'accept-language': 'en-GB' }).open(rp.authorize().url);
    expect(english.html).toContain('<html lang="en">');
    const asked = await new FormBrowser({ 'accept-language': 'en-GB' }).open(rp.authorize({ ui_locales: 'fr vi' }).url);
    expect(asked.html).toContain('<html lang="vi">');
    const neither = await new FormBrowser({ 'accept-language': 'fr' }).open(rp.authorize().url);
    expect(neither.html).toContain('<html lang="vi">');
  });
});
