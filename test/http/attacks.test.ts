import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FormBrowser, type Page } from '#test/support/form-browser.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const lan = {
  id_number: '000190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000001',
  email: 'lan@example.org',
  identity_level: 2,
  password: 'sen hong 2026',
};
const minh = { ...lan, id_number: '000185000002', phone: '0912000002', email: 'minh@example.org', password: 'hoa sen 2026 do' };

let provider: TestProvider;
let bank: Service;
let shop: Service;

beforeAll(async () => {
  provider = await startProvider();
  await provider.addPerson(lan);
  await provider.addPerson(minh);
  bank = await Service.register(provider, 'bank', { grant_types: ['authorization_code', 'refresh_token'] });
  shop = await Service.register(provider, 'shop', { grant_types: ['authorization_code', 'refresh_token'] });
});
afterAll(() => provider.stop());

const atConsent = async (service = bank, scope = 'openid profile email') => {
  const browser = new FormBrowser();
  const request = service.authorize({ scope });
  const first = await browser.open(request.url);
  const consent = await browser.press(first, 'continue', { id_number: lan.id_number, password: lan.password }, service.redirectUri);
  return { browser, consent, ...request };
};
const codeOf = (page: Page): string | null => new URL(page.url).searchParams.get('code');
const get = (url: string, init: RequestInit = {}): Promise<Response> => fetch(url, { redirect: 'manual', ...init });

describe('races', () => {
  it('one consent sent ten times at once gives one code', async () => {
    const { browser, consent } = await atConsent();
    const pages = await Promise.all(
      Array.from({ length: 10 }, () => browser.press(consent, 'approve', { grant: ['name'] }, bank.redirectUri)),
    );
    expect(pages.filter((page) => codeOf(page) !== null)).toHaveLength(1);
    expect(pages.filter((page) => page.status >= 500)).toEqual([]);
  });

  it('two persons typed into one page at once end as one of them, with that one alone in the token', async () => {
    const browser = new FormBrowser();
    const { url, verifier } = shop.authorize({ scope: 'openid email' });
    const first = await browser.open(url);
    await Promise.all(
      [lan, minh].map((person) => browser.press(first, 'continue', { id_number: person.id_number, password: person.password })),
    );
    let page = await browser.open(first.url, {}, shop.redirectUri);
    const shown = [lan, minh].filter(({ email }) => page.html.includes(email));
    expect(shown).toHaveLength(1);
    page = await browser.press(page, 'approve', { grant: ['email'] }, shop.redirectUri);
    const { tokens } = await shop.redeem(page, verifier);
    expect((await shop.userinfo(tokens))['email']).toBe(shown[0]?.email);
  });
});

describe('sessions', () => {
  it('fixation: the session that was there before signing in is not the one after it', async () => {
    const browser = new FormBrowser();
    const { url } = bank.authorize();
    const first = await browser.open(url);
    const before = browser.cookieHeader(`${provider.issuer}/`);
    const next = await browser.press(first, 'continue', { id_number: lan.id_number, password: lan.password }, bank.redirectUri);
    if (next.html.includes('value="approve"')) await browser.press(next, 'approve', { grant: [] }, bank.redirectUri);
    const session = (header: string): string | undefined => /_session=([^;]+)/.exec(header)?.[1];
    expect(session(browser.cookieHeader(`${provider.issuer}/`))).toBeDefined();
    expect(session(browser.cookieHeader(`${provider.issuer}/`))).not.toBe(session(before));
  });

  it('every cookie is kept from scripts and from foreign sites', async () => {
    const cookies: string[] = [];
    class Watching extends FormBrowser {
      override async request(url: string, init?: RequestInit): Promise<Response> {
        const response = await super.request(url, init);
        cookies.push(...response.headers.getSetCookie());
        return response;
      }
    }
    await bank.signIn(new Watching(), lan, { scope: 'openid' });
    expect(cookies.length).toBeGreaterThan(4);
    expect(cookies.filter((cookie) => !/;\s*httponly/i.test(cookie) || !/;\s*samesite=(lax|strict)/i.test(cookie))).toEqual([]);
  });

  it("a page's form does not work with the token of another page", async () => {
    const browser = new FormBrowser();
    const [one, other] = [await browser.open(bank.authorize().url), await browser.open(shop.authorize().url)];
    const csrf = (page: Page): string => /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    expect(csrf(one)).not.toBe(csrf(other));
    const forged = await browser.press(one, 'continue', { csrf: csrf(other), id_number: lan.id_number, password: lan.password });
    expect(forged.status).toBe(403);
    expect((await browser.open(one.url)).html).toContain('name="password"');
  });
});

describe('tokens', () => {
  it('a refresh never widens what was granted, and a narrower one does not narrow the grant for good', async () => {
    const { tokens } = await bank.signIn(new FormBrowser(), minh, { scope: 'openid email offline_access' }, ['email']);
    const refresh = (scope?: string) =>
      bank.post('/token', {
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token ?? '',
        ...(scope === undefined ? {} : { scope }),
      });
    expect((await refresh('openid email profile offline_access')).status).toBe(400);
    const narrow = await refresh('openid');
    expect(narrow.status).toBe(200);
    expect(await bank.userinfo((await narrow.json()) as never)).not.toHaveProperty('email');
    expect(await bank.userinfo((await (await refresh()).json()) as never)).toHaveProperty('email');
  });

  it("another client can neither redeem, refresh, revoke nor look into somebody's", async () => {
    const { tokens } = await bank.signIn(new FormBrowser(), minh, { scope: 'openid email offline_access' }, ['email']);
    const { access_token: access, refresh_token: refresh = '' } = tokens;
    expect((await shop.post('/token', { grant_type: 'refresh_token', refresh_token: refresh })).status).toBe(400);
    for (const token of [access, refresh]) {
      await shop.post('/token/revocation', { token });
      expect(await (await shop.post('/token/introspection', { token })).json()).toEqual({ active: false });
    }
    expect((await bank.post('/token', { grant_type: 'refresh_token', refresh_token: refresh })).status).toBe(200);
    expect(await bank.userinfo(tokens)).toHaveProperty('email');
    const { consent, browser, verifier } = await atConsent(bank, 'openid email profile');
    const page = consent.html.includes('value="approve"')
      ? await browser.press(consent, 'approve', { grant: [] }, bank.redirectUri)
      : consent;
    const stolen = await shop.post('/token', {
      grant_type: 'authorization_code',
      code: codeOf(page) ?? '',
      redirect_uri: bank.redirectUri,
      code_verifier: verifier,
    });
    expect(stolen.status).toBe(400);
  });

  it('an access token is taken from the header alone, and no other kind of token stands in for it', async () => {
    const { tokens } = await bank.signIn(new FormBrowser(), minh, { scope: 'openid email offline_access' }, ['email']);
    const me = `${provider.issuer}/me`;
    expect((await get(`${me}?access_token=${tokens.access_token}`)).status).toBeGreaterThanOrEqual(400);
    for (const token of [tokens.id_token, tokens.refresh_token, 'null', ''])
      expect((await get(me, { headers: { authorization: `Bearer ${token}` } })).status).toBeGreaterThanOrEqual(400);
  });

  it('an id_token_hint that was made up, unsigned or of another client is refused', async () => {
    const browser = new FormBrowser();
    const { tokens } = await bank.signIn(browser, lan, { scope: 'openid' });
    const [head = '', body = ''] = tokens.id_token.split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
    const forged = `${head}.${Buffer.from('{"sub":"x","aud":"bank"}').toString('base64url')}.AAAA`;
    for (const hint of [none, forged, 'x.y.z']) {
      const page = await browser.open(bank.authorize({ prompt: 'none', id_token_hint: hint }).url, {}, bank.redirectUri);
      expect(new URL(page.url).searchParams.get('error')).toBe('invalid_request');
    }
    const foreign = await browser.open(
      shop.authorize({ prompt: 'none', id_token_hint: tokens.id_token }).url,
      {},
      shop.redirectUri,
    );
    expect(new URL(foreign.url).searchParams.get('code')).toBeNull();
  });
});

describe('requests that ask for what is not offered', () => {
  it.each([
    { response_type: 'token' },
    { response_type: 'id_token' },
    { response_type: 'code id_token' },
    { response_mode: 'fragment.jwt' },
    { request: 'eyJhbGciOiJub25lIn0.e30.' },
    { request_uri: 'https://evil.example/request' },
    { code_challenge_method: 'plain' },
    { resource: 'https://evil.example' },
    { authorization_details: '[{"type":"x"}]' },
  ])(
    '$response_type$response_mode$request$request_uri$code_challenge_method$resource$authorization_details gives no code',
    async (params) => {
      const browser = new FormBrowser();
      await bank.signIn(browser, lan, { scope: 'openid' });
      const page = await browser.open(bank.authorize({ prompt: 'none', ...params } as never).url, {}, bank.redirectUri);
      const answer = new URL(page.url.replace('#', '?'));
      expect(answer.searchParams.get('code')).toBeNull();
      expect(page.status).toBeLessThan(500);
    },
  );

  it.each(['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s changes nothing and breaks nothing', async (method) => {
    const browser = new FormBrowser();
    const page = await browser.open(bank.authorize().url);
    for (const path of [
      '/auth',
      '/token',
      '/me',
      '/session/end',
      '/',
      '/app',
      '/device/v1/approvals',
      new URL(page.url).pathname,
    ]) {
      const response = await get(provider.issuer + path, { method });
      expect(response.status, `${method} ${path}`).toBeLessThan(500);
    }
    expect((await browser.open(page.url)).html).toContain('name="password"');
  });
});

describe('answers that caches and frames must not keep', () => {
  it('pages about a person, tokens and claims are never stored, and never framed', async () => {
    const { consent, browser } = await atConsent(shop);
    const { tokens } = await bank.signIn(new FormBrowser(), lan, { scope: 'openid' });
    const headers = [
      consent.headers,
      (await browser.open(`${provider.issuer}/session/end`)).headers,
      (await get(`${provider.issuer}/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } })).headers,
    ];
    for (const each of headers) expect(each.get('cache-control')).toMatch(/no-store/);
    expect(consent.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });
});
