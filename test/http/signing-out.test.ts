import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FormBrowser } from '#test/support/form-browser.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service, type Tokens } from '#test/support/service.ts';

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

let provider: TestProvider;
let bank: Service;
let shop: Service;
let people = 1;
/** Somebody who has signed in nowhere yet. */
async function newPerson(): Promise<typeof lan> {
  people += 1;
  const n = String(people).padStart(4, '0');
  const person = { ...lan, id_number: `00019000${n}`, phone: `091200${n}`, email: `p${n}@example.org` };
  await provider.addPerson(person);
  return person;
}

beforeAll(async () => {
  provider = await startProvider();
  await provider.addPerson(lan);
  bank = await Service.register(provider, 'bank', {
    grant_types: ['authorization_code', 'refresh_token'],
    client_uri: 'http://localhost:9/bank/',
    purposes: [
      { id: 'account', vi: 'Mở tài khoản', en: 'Open an account' },
      { id: 'news', vi: 'Gửi tin', en: 'Send news' },
    ],
  });
  shop = await Service.register(provider, 'shop');
});
afterAll(() => provider.stop());

const endUrl = (tokens: Tokens, more: Record<string, string> = {}, path = '/session/end'): string =>
  `${provider.issuer}${path}?${new URLSearchParams({ id_token_hint: tokens.id_token, ...more })}`;
const signOut = async (browser: FormBrowser, tokens: Tokens, path?: string) =>
  browser.press(await browser.open(endUrl(tokens, {}, path)), 'continue');
const isAlive = async (tokens: Tokens): Promise<boolean> => 'sub' in (await bank.userinfo(tokens));

describe('staying signed in', () => {
  it('says that nothing was changed, and does not send the browser to the address that means signed out', async () => {
    const browser = new FormBrowser();
    const { tokens } = await bank.signIn(browser, lan);
    const ask = await browser.open(endUrl(tokens, { post_logout_redirect_uri: 'http://localhost:9/bank/bye', state: 'z' }));
    const page = await browser.press(ask, 'cancel', {}, 'http://localhost:9/');
    expect(page.status).toBe(200);
    expect(page.html).toContain('You are still signed in');
    expect(page.html).toContain('href="http://localhost:9/bank/"');
    expect(await isAlive(tokens)).toBe(true);
    expect((await browser.open(bank.authorize({ prompt: 'none' }).url, {}, bank.redirectUri)).url).toContain('code=');
  });

  it('does not keep a token alive over a sign-out that follows', async () => {
    const browser = new FormBrowser();
    const { tokens } = await bank.signIn(browser, lan);
    await browser.press(await browser.open(endUrl(tokens)), 'cancel');
    const later = await bank.signIn(browser, lan);
    await signOut(browser, later.tokens);
    expect([await isAlive(tokens), await isAlive(later.tokens)]).toEqual([false, false]);
  });
});

describe('what ends with a session', () => {
  it('a token asked for without offline_access does, though another request of the session had it', async () => {
    const browser = new FormBrowser();
    const offline = await bank.signIn(browser, lan, { scope: 'openid offline_access' });
    const online = await bank.signIn(browser, lan);
    const again = await bank.signIn(browser, lan, { scope: 'openid offline_access' });
    await signOut(browser, online.tokens);
    expect([await isAlive(offline.tokens), await isAlive(online.tokens), await isAlive(again.tokens)]).toEqual([true, false, true]);
    const refreshed = await bank.post('/token', {
      grant_type: 'refresh_token',
      refresh_token: offline.tokens.refresh_token ?? '',
    });
    expect(refreshed.status).toBe(200);
  });

  it.each(['/session/end/', '/SESSION/END'])('no other spelling of the address (%s) signs out and leaves tokens', async (path) => {
    const browser = new FormBrowser();
    const { tokens } = await bank.signIn(browser, lan);
    const page = await browser.open(endUrl(tokens, {}, path));
    expect(page.status).toBe(404);
    expect(await isAlive(tokens)).toBe(true);
  });
});

describe('a purpose', () => {
  it('gets nothing by what was allowed for another one', async () => {
    const browser = new FormBrowser();
    const scope = 'openid email';
    const forAccount = await bank.signIn(browser, lan, { scope, purpose: 'account' }, ['email']);
    const forNews = await bank.signIn(browser, lan, { scope, purpose: 'news' }, []);
    expect(await bank.userinfo(forAccount.tokens)).toMatchObject({ email: lan.email });
    expect(await bank.userinfo(forNews.tokens)).not.toHaveProperty('email');
  });
});

describe('addresses of the provider', () => {
  const discovery = async (headers: Record<string, string>): Promise<string> => {
    const { get } = await import('node:http');
    return new Promise((resolve, reject) => {
      get(`${provider.issuer}/.well-known/openid-configuration`, { headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => resolve(text));
      }).on('error', reject);
    });
  };

  it.each([{ host: 'evil.example' }, { host: 'evil.example', 'x-forwarded-host': 'worse.example' }, { host: 'a[b' }])(
    'follow the issuer, whatever host a request names: %j',
    async (headers) => {
      const text = await discovery(headers);
      expect(text).not.toMatch(/evil|worse|a\[b/);
      expect(JSON.parse(text)).toMatchObject({ token_endpoint: `${provider.issuer}/token` });
    },
  );
});

describe('a sign-out beside other tabs of the browser', () => {
  it.each([
    ['the same purpose', 'account'],
    ['two purposes', 'news'],
  ])('ends what two tabs were granted at the same moment (%s)', async (_what, purpose) => {
    for (let round = 0; round < 5; round += 1) {
      const person = await newPerson();
      await bank.signIn(new FormBrowser(), person, { purpose: 'account' });
      await bank.signIn(new FormBrowser(), person, { purpose });
      const browser = new FormBrowser();
      const { tokens } = await shop.signIn(browser, person);
      const both = [bank.authorize({ purpose: 'account' }), bank.authorize({ purpose })];
      const ends = await Promise.all(both.map(({ url }) => browser.open(url, {}, bank.redirectUri)));
      const held = await Promise.all(ends.map((end, at) => bank.redeem(end, both[at]?.verifier ?? '')));
      expect(held.map(({ status }) => status)).toEqual([200, 200]);
      await signOut(browser, tokens);
      expect(await Promise.all(held.map(({ tokens: each }) => isAlive(each)))).toEqual([false, false]);
    }
  });

  it.each(['query', 'fragment'])('lets no code live that another tab is about to get (response_mode %s)', async (mode) => {
    for (let delay = 0; delay < 12; delay += 1) {
      const person = await newPerson();
      await bank.signIn(new FormBrowser(), person);
      const browser = new FormBrowser();
      const { tokens } = await shop.signIn(browser, person);
      const ask = await browser.open(endUrl(tokens));
      const { url, verifier } = bank.authorize({ prompt: 'none', response_mode: mode });
      const other = browser.open(url, {}, bank.redirectUri);
      await new Promise((resolve) => setTimeout(resolve, delay));
      await browser.press(ask, 'continue');
      const answered = await other;
      const back = { ...answered, url: answered.url.replace('#', '?') };
      if (!back.url.includes('code=')) {
        expect(back.url).toContain('error=login_required');
        continue;
      }
      const { status, tokens: late } = await bank.redeem(back, verifier);
      expect(status === 200 && (await isAlive(late)), `after ${delay} ms`).toBe(false);
    }
  });
});
