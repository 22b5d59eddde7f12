import { EventEmitter } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '#src/kernel/store.ts';
import { createMetrics } from '#src/observation/metrics.ts';
import { countProtocolEvents } from '#src/observation/protocol-events.ts';
import { type Failing, type FailingStore, makeFailing } from '#test/support/failing-store.ts';
import { FormBrowser, type Page } from '#test/support/form-browser.ts';
import { MovingClock } from '#test/support/moving-clock.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service, type Tokens } from '#test/support/service.ts';

const idNumber = (n: number): string => `0001900${String(n).padStart(5, '0')}`;

let clock: MovingClock;
let provider: TestProvider;
let failing: FailingStore;
let app: Service;
let bank: Service;
let passwordHash: string;
let people = 0;

beforeAll(async () => {
  clock = new MovingClock();
  provider = await startProvider({ clock });
  passwordHash = await provider.application.hashing.hash('sen hong 2026');
  const grants = { grant_types: ['authorization_code', 'refresh_token'] };
  app = await Service.register(provider, 'app', { ...grants, token_endpoint_auth_method: 'none' });
  bank = await Service.register(provider, 'bank', grants);
  failing = makeFailing(provider.application.store);
});
afterAll(() => provider.stop());

async function newPerson() {
  people += 1;
  const line = {
    id_number: idNumber(people),
    name: { family: 'Trần', given: 'Minh' },
    birthdate: '1985-05-05',
    gender: 'male',
    email: `p${people}@example.org`,
    identity_level: 1,
    password_hash: passwordHash,
  };
  await provider.addPerson(line);
  return { id_number: idNumber(people), password: 'sen hong 2026' };
}

/** An answer that was not the one that was hoped for. */
class Unwell extends Error {
  readonly where: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  constructor(where: string, { status, headers }: Pick<Page, 'status' | 'headers'>, body: string) {
    super(`${where}: ${status} ${body.slice(0, 400)}`);
    [this.where, this.status, this.headers, this.body] = [where, status, headers, body];
  }
}

function page(where: string, got: Page): Page {
  if (got.status >= 400) throw new Unwell(where, got, got.html);
  return got;
}

async function json(where: string, answered: Promise<Response>): Promise<Record<string, unknown>> {
  const response = await answered;
  const text = await response.text();
  if (response.status >= 400) throw new Unwell(where, response, text);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** Answers the consent page where there is one. */
async function consented(where: string, browser: FormBrowser, at: Page, service: Service, grant: string[]): Promise<Page> {
  return at.url.startsWith(service.redirectUri)
    ? at
    : page(where, await browser.press(at, 'approve', { grant }, service.redirectUri));
}

/** From the authorization request to signing out, at two services, over every endpoint that works with tokens. */
async function wholeVisit(person: { readonly id_number: string; readonly password: string }): Promise<void> {
  const browser = new FormBrowser();
  const { url, verifier } = app.authorize({ scope: 'openid email offline_access' });
  const form = page('/auth', await browser.open(url, {}, app.redirectUri));
  const consent = page('password', await browser.press(form, 'continue', person, app.redirectUri));
  const back = await consented('consent', browser, consent, app, ['email']);
  const code = new URL(back.url).searchParams.get('code') ?? '';
  const redirect = { redirect_uri: app.redirectUri, code_verifier: verifier, client_id: 'app' };
  const tokens = await json('/token', app.post('/token', { grant_type: 'authorization_code', code, ...redirect }));
  const refresh = { grant_type: 'refresh_token', refresh_token: String(tokens['refresh_token']), client_id: 'app' };
  const next = (await json('refresh', app.post('/token', refresh))) as unknown as Tokens;
  const bearer = { headers: { authorization: `Bearer ${next.access_token}` } };
  await json('/me', fetch(`${provider.issuer}/me`, bearer));

  const second = bank.authorize({ scope: 'openid' });
  const notice = page('/auth again', await browser.open(second.url, {}, bank.redirectUri));
  const there = await consented('notice', browser, notice, bank, []);
  const { code: other = '' } = Object.fromEntries(new URL(there.url).searchParams);
  const redeemed = { redirect_uri: bank.redirectUri, code_verifier: second.verifier };
  const held = await json('/token again', bank.post('/token', { grant_type: 'authorization_code', code: other, ...redeemed }));
  const token = String(held['access_token']);
  await json('introspection', bank.post('/token/introspection', { token }));
  await json('revocation', bank.post('/token/revocation', { token }));

  const ask = page('/session/end', await browser.open(`${provider.issuer}/session/end?client_id=bank`));
  page('signing out', await browser.press(ask, 'continue'));
}

function expectUnavailable({ status, headers, body, where }: Unwell, failed: string): void {
  const why = `${where}, ${failed}: ${body.slice(0, 300)}`;
  expect(status, why).toBe(503);
  expect(headers.get('retry-after'), why).toBe('30');
  expect([headers.get('location'), headers.get('set-cookie')], why).toEqual([null, null]);
  if (headers.get('content-type')?.startsWith('text/html'))
    expect(body, why).toMatch(/<h1>The service is interrupted for a moment[\s\S]*role="alert"[\s\S]*data-reference/);
  else expect(JSON.parse(body), why).toMatchObject({ error: 'temporarily_unavailable' });
}

describe('when the store does not answer', () => {
  it.each<Failing>(['before', 'after'])(
    'once, whichever call it is (%s it was done), the answer is a 503 and the next visit succeeds',
    async (when) => {
      const where = new Set<string>();
      for (let call = 1; ; call += 1) {
        const person = await newPerson();
        // services are looked up anew
        clock.advance(5000);
        failing.failAt(call, when);
        const unwell = await wholeVisit(person).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        const failed = failing.mend();
        if (failed === undefined) {
          expect(unwell).toBeUndefined();
          break;
        }
        // what nobody waits for may fail unseen
        if (unwell === undefined) continue;
        if (!(unwell instanceof Unwell)) throw unwell;
        expectUnavailable(unwell, failed);
        where.add(unwell.where);
        if (call % 10 === 0) await wholeVisit(person);
        expect(call).toBeLessThan(150);
      }
      expect([...where].sort()).toEqual(
        [
          '/auth',
          '/auth again',
          '/me',
          '/session/end',
          '/token',
          '/token again',
          'consent',
          'introspection',
          'notice',
          'password',
          'refresh',
          'revocation',
          'signing out',
        ].sort(),
      );
    },
  );

  it.each<Failing>(['before', 'after'])(
    'while somebody signs out (a call fails %s it was done), no token outlives the session, and trying again ends both',
    async (when) => {
      const failedCalls = new Set<string>();
      const isAlive = async (tokens: Tokens): Promise<boolean> => 'sub' in (await bank.userinfo(tokens));
      for (let call = 1; ; call += 1) {
        const person = await newPerson();
        const browser = new FormBrowser();
        const held = [await bank.signIn(browser, person), await app.signIn(browser, person)].map(({ tokens }) => tokens);
        const ask = await browser.open(`${provider.issuer}/session/end?client_id=bank`);
        failing.failAt(call, when);
        const answer = await browser.press(ask, 'continue');
        const failed = failing.mend();
        if (failed === undefined) break;
        failedCalls.add(failed);
        const isSignedIn = (await browser.open(bank.authorize({ prompt: 'none' }).url, {}, bank.redirectUri)).url.includes('code=');
        const alive = await Promise.all(held.map(isAlive));
        expect(isSignedIn || !alive.includes(true), `${failed}: signed out, and tokens live on`).toBe(true);
        if (answer.status !== 503) {
          // nobody waited for that call
          expect([answer.status, isSignedIn, ...alive], failed).toEqual([200, false, false, false]);
          continue;
        }
        expect(answer.html, failed).toMatch(/<h1>The service is interrupted for a moment[\s\S]*role="alert"/);
        const again = await browser.open(`${provider.issuer}/session/end?client_id=bank`);
        await (isSignedIn ? browser.press(again, 'continue') : undefined);
        expect(await Promise.all(held.map(isAlive)), failed).toEqual([false, false]);
        expect((await browser.open(bank.authorize({ prompt: 'none' }).url, {}, bank.redirectUri)).url).not.toContain('code=');
      }
      expect([...failedCalls]).toEqual(expect.arrayContaining(['get sessions', 'remove grants', 'remove sessions']));
    },
  );

  it.each<Failing>(['before', 'after'])(
    'a client that tries a refresh again, as it was told to, is no thief (a call fails %s it was done)',
    async (when) => {
      const failedCalls = new Set<string>();
      for (let call = 1; ; call += 1) {
        const { tokens } = await app.signIn(new FormBrowser(), await newPerson(), {
          scope: 'openid offline_access',
          prompt: 'consent',
        });
        const refresh = () =>
          app.post('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '', client_id: 'app' });
        failing.failAt(call, when);
        const first = await refresh();
        const failed = failing.mend();
        if (failed === undefined) break;
        failedCalls.add(failed);
        if (first.status === 200) continue;
        expect([first.status, first.headers.get('retry-after')], failed).toEqual([503, '30']);
        await new Promise((resolve) => setTimeout(resolve, 50));
        const again = await refresh();
        expect([again.status, await again.json()], failed).toMatchObject([200, { refresh_token: expect.any(String) }]);
        expect((await refresh()).status, 'and works once').toBe(400);
      }
      expect([...failedCalls]).toEqual(expect.arrayContaining(['amend tokens', 'insert tokens']));
    },
  );

  it('a page that waits for its phone is told so, or sent to ask again: it never waits for nothing', async () => {
    const browser = new FormBrowser();
    const waiting = await browser.open(app.authorize().url);
    const open = () =>
      fetch(`${waiting.url}/events`, { headers: { cookie: browser.cookieHeader(waiting.url) }, signal: AbortSignal.timeout(3000) });
    const told: string[] = [];
    for (let call = 1; call < 10; call += 1) {
      failing.failAt(call, 'before');
      const response = await open();
      const failed = response.status === 503 || /retry: \d+/.test(await firstOf(response)) ? failing.mend() : undefined;
      if (failed === undefined) break;
      told.push(`${failed} ${response.status}`);
    }
    expect(told.filter((line) => line.endsWith('503')).length).toBeGreaterThan(0);
    expect(told.filter((line) => line.startsWith('get approvals 200'))).toHaveLength(2);
  });

  it('counting what was granted does not end the process', async () => {
    const provider = new EventEmitter();
    const metrics = createMetrics();
    countProtocolEvents(provider, metrics, { find: () => Promise.reject(new StoreUnavailable('gone')) });
    provider.emit('grant.success', { oidc: { client: { clientId: 'app' }, params: { grant_type: 'refresh_token' } } });
    await expect
      .poll(async () => (await metrics.text()).body)
      .toMatch(/senid_token_requests_total\{grant_type="refresh_token",client_class="unknown",outcome="success"\} 1/);
  });
});

/** What an event stream says until it says something that counts or ends. */
async function firstOf(response: Response): Promise<string> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.includes('event: ')) break;
  }
  return text;
}
