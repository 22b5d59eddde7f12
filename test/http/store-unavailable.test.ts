import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '#src/kernel/store.ts';
import { FormBrowser, type Page } from '#test/support/form-browser.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service, type Tokens } from '#test/support/service.ts';

let provider: TestProvider;
let bank: Service;
let tokens: Tokens;
let isDown = false;

beforeAll(async () => {
  provider = await startProvider();
  await provider.addPerson(lan);
  bank = await Service.register(provider, 'bank', { grant_types: ['authorization_code', 'refresh_token'] });
  ({ tokens } = await bank.signIn(new FormBrowser(), lan, { scope: 'openid offline_access' }));
  const { store } = provider.application;
  for (const operation of ['get', 'getMany', 'find', 'insert', 'upsert', 'patch', 'amend', 'remove', 'commit', 'ping'] as const) {
    const real = store[operation].bind(store) as (...given: unknown[]) => Promise<unknown>;
    (store as unknown as Record<string, unknown>)[operation] = (...given: unknown[]) =>
      isDown ? Promise.reject(new StoreUnavailable('the store does not answer')) : real(...given);
  }
});
afterAll(() => provider.stop());
beforeEach(() => {
  isDown = false;
});

const expectPage = (page: Page): void => {
  expect([page.status, page.headers.get('retry-after')]).toEqual([503, '30']);
  expect(page.html).toContain('interrupted for a moment');
  expect(page.html).toContain('data-reference');
};

describe('while the store does not answer', () => {
  it('a program is told so, and when to come back: the token endpoint, userinfo, introspection, revocation', async () => {
    isDown = true;
    const answers = [
      await bank.post('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }),
      await bank.post('/token', { grant_type: 'client_credentials' }, 'Basic Z29uZTpnb25l'),
      await bank.post('/token/introspection', { token: tokens.access_token }),
      await bank.post('/token/revocation', { token: tokens.access_token }),
      await fetch(`${provider.issuer}/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } }),
    ];
    for (const answer of answers) {
      const body = (await answer.json()) as { error?: string };
      expect([answer.url, answer.status, answer.headers.get('retry-after'), body.error]).toEqual([
        answer.url,
        503,
        '30',
        'temporarily_unavailable',
      ]);
    }
  });

  it('a person gets a page that says so, wherever they are, and loses nothing by it', async () => {
    const browser = new FormBrowser();
    const { url, verifier } = bank.authorize();
    const first = await browser.open(url);
    isDown = true;
    expectPage(await new FormBrowser().open(bank.authorize().url));
    expectPage(await browser.open(first.url));
    expectPage(await browser.press(first, 'continue', { id_number: lan.id_number, password: lan.password }));
    expectPage(await new FormBrowser().open(`${provider.issuer}/session/end?id_token_hint=${tokens.id_token}`));
    isDown = false;
    const back = await browser.press(first, 'continue', { id_number: lan.id_number, password: lan.password }, bank.redirectUri);
    expect((await bank.redeem(back, verifier)).status).toBe(200);
  });

  it('nobody is ready, everybody lives', async () => {
    isDown = true;
    expect((await fetch(`${provider.issuer}/readyz`)).status).toBe(503);
    expect((await fetch(`${provider.issuer}/livez`)).status).toBe(200);
  });
});
