import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endEverySignIn, lockAccount, unlockAccount } from '#src/accounts/locks.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { StoredDocument } from '#src/kernel/store.ts';
import { grants, tokens as tokenDocuments } from '#src/oidc/collections.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan, openPhoneWorld, type PhoneWorld } from '#test/support/phone-world.ts';
import { Service, type Tokens } from '#test/support/service.ts';

let world: PhoneWorld;
let app: Service;
const scope = 'openid offline_access';

beforeAll(async () => {
  world = await openPhoneWorld();
  app = await Service.register(world.provider, 'app', { grant_types: ['authorization_code', 'refresh_token'] });
});
afterAll(() => world.provider.stop());

/** Ends everything as a process does whose clock is off by so much against the one that serves. */
const end = (offMs: number, account = world.owner): Promise<void> =>
  endEverySignIn({ store: world.provider.application.store, clock: { now: () => Date.now() + offMs } }, account);
const refresh = ({ refresh_token = '' }: Tokens): Promise<Response> =>
  app.post('/token', { grant_type: 'refresh_token', refresh_token });
const introspected = async (token = ''): Promise<unknown> =>
  (await (await app.post('/token/introspection', { token })).json()) as unknown;
const entry = { id_number: lan.id_number, password: lan.password };
const aheadMs = 90_000;

describe('what a process issued whose clock is 90 s ahead of the one that ends everything', () => {
  it.each([
    ['an end', () => end(-aheadMs)],
    [
      'a lock and its unlock',
      async () => {
        const parts = { ...world.provider.application, clock: { now: () => Date.now() - aheadMs } };
        await lockAccount(parts, world.owner, { ground: 'own-request', by: 'self' });
        await unlockAccount(parts, world.owner, 'test');
      },
    ],
  ])('does not outlive %s: no token, no code, no session', async (_what, endIt) => {
    const browser = new FormBrowser();
    const { tokens } = await app.signIn(browser, lan, { scope });
    const { url, verifier } = app.authorize({ scope });
    const withCode = await browser.open(url, {}, app.redirectUri);
    expect(withCode.url).toContain('code=');
    await endIt();
    expect(await app.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
    expect((await refresh(tokens)).status).toBe(400);
    expect(await introspected(tokens.access_token)).toEqual({ active: false });
    expect(await introspected(tokens.refresh_token)).toEqual({ active: false });
    expect((await app.redeem(withCode, verifier)).status).toBe(400);
    const silent = await browser.open(app.authorize({ prompt: 'none' }).url, {}, app.redirectUri);
    expect(silent.url).toContain('error=login_required');
  });

  it('is no way back after a new sign-in in the same browser, which gets a grant of its own', async () => {
    const browser = new FormBrowser();
    const { tokens } = await app.signIn(browser, lan, { scope });
    await end(-aheadMs);
    const { tokens: later } = await app.signIn(browser, lan, { scope });
    expect(await app.userinfo(later)).toHaveProperty('sub');
    expect(await app.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
    expect((await refresh(tokens)).status).toBe(400);
    expect((await refresh(later)).status).toBe(200);
  });
});

it('who signs in again at once is signed in, though the clock of the process that ended everything is 90 s ahead', async () => {
  await end(aheadMs);
  const { tokens } = await app.signIn(new FormBrowser(), lan, { scope });
  expect(await app.userinfo(tokens)).toHaveProperty('sub');
  expect((await refresh(tokens)).status).toBe(200);
});

/** Does something right before the first call like this one of the store goes out. */
function rightBefore(operation: 'insert' | 'upsert' | 'patch', collection: string, act: () => Promise<unknown>): void {
  const { store } = world.provider.application;
  const real = store[operation].bind(store) as (...given: unknown[]) => Promise<unknown>;
  (store as unknown as Record<string, unknown>)[operation] = async (...given: unknown[]) => {
    if ((given[0] as { name: string }).name !== collection) return real(...given);
    (store as unknown as Record<string, unknown>)[operation] = real;
    await act();
    return real(...given);
  };
}

describe('a sign-in that is under way when everything is ended', () => {
  it('is dead when its password was being checked', async () => {
    const browser = new FormBrowser();
    const form = await browser.open(app.authorize().url);
    const { hashing } = world.provider.application;
    const real = hashing.verify;
    hashing.verify = async (...given) => {
      hashing.verify = real;
      const right = await real(...given);
      await end(-aheadMs);
      return right;
    };
    const next = await browser.press(form, 'continue', entry, app.redirectUri);
    expect(next.url).not.toContain('code=');
    expect(next.html).toContain('name="password"');
    // and who knows the password still gets in
    expect((await browser.press(next, 'continue', entry, app.redirectUri)).url).toContain('code=');
  });

  it.each([
    ['its grant', 'insert', 'grants'],
    ['its code', 'insert', 'tokens'],
  ] as const)('is dead when %s was about to be written', async (_what, operation, collection) => {
    const browser = new FormBrowser();
    const { url, verifier } = app.authorize();
    const form = await browser.open(url);
    rightBefore(operation, collection, () => end(-aheadMs));
    const back = await browser.press(form, 'continue', entry, app.redirectUri);
    expect(back.url).toContain('code=');
    expect((await app.redeem(back, verifier)).status).toBe(400);
    const silent = await browser.open(app.authorize({ prompt: 'none' }).url, {}, app.redirectUri);
    expect(silent.url).toContain('error=login_required');
  });

  it('is dead when its tokens were about to be written', async () => {
    const browser = new FormBrowser();
    const { url, verifier } = app.authorize({ scope });
    const form = await browser.open(url);
    const asked = await browser.press(form, 'continue', entry, app.redirectUri);
    const back = asked.url.includes('code=') ? asked : await browser.press(asked, 'approve', {}, app.redirectUri);
    rightBefore('insert', 'tokens', () => end(-aheadMs));
    const { tokens } = await app.redeem(back, verifier);
    expect(await app.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
    expect((await refresh(tokens)).status).toBe(400);
  });

  it('is dead when the phone had approved it', async () => {
    const phone = await world.newPhone();
    const { browser, page, approval, number } = await world.scanned(app, phone);
    await phone.decide(approval, { decision: 'approve', number });
    await end(-aheadMs);
    const next = await browser.open(page.url, {}, app.redirectUri);
    expect(next.url).not.toContain('code=');
    const asked = await browser.press(next, 'continue', {}, app.redirectUri);
    expect(asked.url).not.toContain('code=');
    await phone.call('DELETE', '');
  });
});

describe('what a version before issued', () => {
  /** As that version wrote it: its grant has no third part in its name. */
  async function ageTokens(account: AccountId): Promise<void> {
    const { store } = world.provider.application;
    const cut = (grantId: unknown): string => String(grantId).split('.').slice(0, 2).join('.');
    const isTheirs = ({ payload }: StoredDocument & { payload?: Readonly<Record<string, unknown>> }): boolean =>
      payload?.['accountId'] === account;
    for (const grant of (await store.scan(grants, { limit: 1000 })).filter(isTheirs))
      await store.upsert(grants, { ...grant, id: cut(grant.id), payload: { ...grant.payload, jti: cut(grant.id) } });
    for (const token of (await store.scan(tokenDocuments, { limit: 1000 })).filter(isTheirs))
      await store.upsert(tokenDocuments, { ...token, payload: { ...token.payload, grantId: cut(token.payload['grantId']) } });
  }

  it('works on, and ends by its time', async () => {
    const minh = { ...lan, id_number: '000185000002', phone: '0912000002' };
    const account = await world.provider.addPerson(minh);
    const { tokens } = await app.signIn(new FormBrowser(), minh, { scope });
    await ageTokens(account);
    expect(await app.userinfo(tokens)).toHaveProperty('sub');
    expect((await refresh(tokens)).status).toBe(200);
    await end(1000, account);
    expect(await app.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
    expect((await refresh(tokens)).status).toBe(400);
  });
});
