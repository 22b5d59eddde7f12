import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FormBrowser } from '#test/support/form-browser.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const lan = {
  id_number: '000190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000001',
  identity_level: 2,
  password: 'sen hong 2026',
};

let provider: TestProvider;
let rp: Service;

beforeAll(async () => {
  provider = await startProvider();
  await provider.addPerson(lan);
  rp = await Service.register(provider, 'rp', { grant_types: ['authorization_code', 'refresh_token', 'client_credentials'] });
});
afterAll(() => provider.stop());

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\ud800',
    '\u202e',
    '%00',
    '%',
    '[]',
    '{}',
    'null',
    '{"$gt":""}',
    '__proto__',
    'constructor',
    '../../x',
    '<script>alert(1)</script>',
    'a'.repeat(3000),
    '-1',
    '1e400',
    'NaN',
    'ﷺ',
    'Ế',
    'openid openid',
    'https://evil.example/#',
    "';--",
  ),
  fc.json({ maxDepth: 3 }),
);
const authParams = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'max_age',
  'acr_values',
  'claims',
  'ui_locales',
  'login_hint',
  'id_token_hint',
  'response_mode',
  'purpose',
  'request',
  'request_uri',
  'registration',
  'display',
  'x',
] as const;
const tokenParams = [
  'grant_type',
  'code',
  'redirect_uri',
  'code_verifier',
  'refresh_token',
  'scope',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'token',
  'token_type_hint',
  'resource',
] as const;
const cookie = fc.constantFrom(
  '',
  'senid_session=x; senid_session.sig=y',
  'senid_interaction=%00',
  'senid_language=<x>',
  'senid_browser=zzz; senid_browser.sig=1',
  '=;=;;',
  `a=${'b'.repeat(4000)}`,
);
const headerSafe = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');

const valid: Record<string, string> = {
  response_type: 'code',
  scope: 'openid profile',
  code_challenge: 'x'.repeat(43),
  code_challenge_method: 'S256',
};

async function send(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(`${provider.issuer}${path}`, { redirect: 'manual', ...init });
  await response.arrayBuffer();
  return response;
}

/** Bounded parallel runs of one generated request. */
async function never500(requests: fc.Arbitrary<() => Promise<Response>>, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(requests, { minLength: 10, maxLength: 10 }), async (batch) => {
      const statuses = await Promise.all(batch.map(async (request) => (await request()).status));
      for (const status of statuses) expect(status).toBeLessThan(500);
    }),
    { numRuns: numRuns / 10 },
  );
}

describe('10,000 generated requests never give a 500', () => {
  it('at the authorization endpoint, by GET and POST', async () => {
    const mutation = fc.record({
      params: fc.dictionary(fc.constantFrom(...authParams), nasty, { maxKeys: 4 }),
      twice: fc.boolean(),
      cookie,
      post: fc.boolean(),
      html: fc.boolean(),
    });
    const request = mutation.map(({ params, twice, cookie: held, post, html }) => () => {
      const query = new URLSearchParams({ client_id: rp.id, redirect_uri: rp.redirectUri, ...valid, ...params });
      if (twice) query.append('scope', 'openid');
      const headers = { cookie: headerSafe(held), accept: html ? 'text/html' : 'application/json' };
      return post ? send('/auth', { method: 'POST', body: query, headers }) : send(`/auth?${query}`, { headers });
    });
    await never500(request, 4000);
  }, 120_000);

  it('at token, introspection, revocation, userinfo and sign-out', async () => {
    const basic = `Basic ${Buffer.from(`rp:${rp.secret}`).toString('base64')}`;
    const request = fc
      .record({
        path: fc.constantFrom('/token', '/token/introspection', '/token/revocation', '/me', '/session/end', '/session/end/confirm'),
        params: fc.dictionary(fc.constantFrom(...tokenParams), nasty, { maxKeys: 5 }),
        authorization: fc.oneof(
          fc.constant(basic),
          nasty.map((text) => `Bearer ${headerSafe(text)}`),
          nasty.map((text) => `Basic ${headerSafe(text)}`),
        ),
        cookie,
        type: fc.constantFrom('application/x-www-form-urlencoded', 'application/json', 'text/plain', 'multipart/form-data', ''),
      })
      .map(
        ({ path, params, authorization, cookie: held, type }) =>
          () =>
            send(path, {
              method: 'POST',
              body: new URLSearchParams({ grant_type: 'authorization_code', ...params }).toString(),
              headers: { authorization, cookie: held, 'content-type': type, accept: 'application/json' },
            }),
      );
    await never500(request, 3500);
  }, 120_000);

  it('on the pages and the device API', async () => {
    const browser = new FormBrowser();
    const page = await browser.open(rp.authorize().url);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    const own = browser.cookieHeader(page.url);
    const { pathname } = new URL(page.url);
    const field = fc.constantFrom('action', 'id_number', 'password', 'otp', 'grant', 'csrf', 'x');
    const pages = fc
      .record({ fields: fc.array(fc.tuple(field, nasty), { maxLength: 6 }), keepsToken: fc.boolean() })
      .map(({ fields, keepsToken }) => () => {
        const body = new URLSearchParams(keepsToken ? [['csrf', csrf]] : []);
        for (const [name, value] of fields) body.append(name, value === 'cancel' ? 'x' : value);
        return send(pathname, { method: 'POST', body, headers: { cookie: own, accept: 'text/html' } });
      });
    const device = fc
      .record({
        path: fc.constantFrom(
          '/enrolments',
          '/scans',
          '/approvals/x',
          '/approvals/x/decision',
          '/account',
          '/account/lock',
          '/devices',
          '/devices/x',
          '/enrolment-codes',
          '',
        ),
        method: fc.constantFrom('GET', 'POST', 'DELETE', 'PUT'),
        proof: nasty,
        body: nasty,
      })
      .map(
        ({ path, method, proof, body }) =>
          () =>
            send(`/device/v1${path}`, {
              method,
              headers: { 'device-proof': headerSafe(proof), 'content-type': 'application/json' },
              ...(method === 'GET' ? {} : { body }),
            }),
      );
    const paths = nasty.map(
      (text) => () => send(`/${encodeURIComponent(text.replace(/[\ud800-\udfff]/g, ''))}`, { headers: { accept: 'text/html' } }),
    );
    await never500(fc.oneof(pages, device, paths), 2500);
  }, 120_000);
});

describe('a clear refusal in the right shape', () => {
  it('an oversized body, header or query ends in 4xx', async () => {
    const body = `csrf=${'x'.repeat(200_000)}`;
    const browser = new FormBrowser();
    const page = await browser.open(rp.authorize().url);
    const posted = await browser.request(page.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(posted.status).toBe(413);
    expect(await posted.text()).toContain('data-reference');
    expect(
      (
        await send('/auth', {
          method: 'POST',
          body: `state=${'x'.repeat(40_000)}`,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      ).status,
    ).toBe(413);
    expect((await send(`/auth?state=${'x'.repeat(40_000)}`, {})).status).toBe(431);
  });

  it('people get a page with a reference, programs get a problem with a code, nobody gets a stack trace', async () => {
    const page = await (await fetch(`${provider.issuer}/nothing`, { headers: { accept: 'text/html' } })).text();
    expect(page).toContain('data-reference');
    const problem = await fetch(`${provider.issuer}/nothing`, { headers: { accept: 'application/json' } });
    expect(problem.headers.get('content-type')).toContain('application/problem+json');
    expect(await problem.json()).toMatchObject({ code: 'page_not_found', status: 404, reference: expect.any(String) });
    expect(page).not.toMatch(/node_modules|at .*\.ts:/);
  });

  it('a malformed claims parameter goes back to the service as invalid_request', async () => {
    for (const claims of ['{', '[]', '{"userinfo":[]}', '{"id_token":"x"}']) {
      const back = await new FormBrowser().open(rp.authorize({ claims }).url, {}, rp.redirectUri);
      expect(new URL(back.url).searchParams.get('error')).toBe('invalid_request');
    }
  });

  it('an ID number typed with spaces is the same person; one in look-alike digits is nobody', async () => {
    const entry = async (id: string): Promise<number> => {
      const browser = new FormBrowser();
      return (
        await browser.press(
          await browser.open(rp.authorize().url),
          'continue',
          { id_number: id, password: lan.password },
          rp.redirectUri,
        )
      ).status;
    };
    expect(await entry(' 000 190 000 001 ')).toBe(200);
    expect(await entry('٠٠٠١٩٠٠٠٠٠٠١')).toBe(401);
  });

  it('a button that no page has does nothing, whatever it is called', async () => {
    for (const action of ['__proto__', 'constructor', 'toString', 'approve', 'withdraw']) {
      const browser = new FormBrowser();
      const page = await browser.open(rp.authorize().url);
      const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
      const pressed = await browser.open(page.url, {
        method: 'POST',
        body: new URLSearchParams({ csrf, action }),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      expect([pressed.status, pressed.html.includes('name="password"')]).toEqual([200, true]);
    }
  });
});

describe('limits on guessing', () => {
  it('slow a guesser down, in words, with the time to wait; the right password then waits too, from there', async () => {
    const id = '000190000077';
    await provider.addPerson({ ...lan, id_number: id, phone: '0912000077' });
    const attempt = async (password: string): Promise<{ status: number; retryAfter: string | null; html: string }> => {
      const browser = new FormBrowser();
      const { status, headers, html } = await browser.press(await browser.open(rp.authorize().url), 'continue', {
        id_number: id,
        password,
      });
      return { status, retryAfter: headers.get('retry-after'), html };
    };
    const statuses: number[] = [];
    for (let n = 0; n < 7; n += 1) statuses.push((await attempt(`wrong ${n}`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const slowed = await attempt(lan.password);
    expect(slowed.status).toBe(429);
    expect(Number(slowed.retryAfter)).toBeGreaterThan(0);
    expect(slowed.html).toContain('The account is not locked');
  });

  it('cannot be used to lock the victim out of a browser that is known, nor out of the phone', async () => {
    const id = '000190000078';
    const accountId = await provider.addPerson({ ...lan, id_number: id, phone: '0912000078' });
    const own = new FormBrowser();
    await rp.signIn(own, { id_number: id, password: lan.password });
    for (let n = 0; n < 8; n += 1) {
      const attacker = new FormBrowser();
      await attacker.press(await attacker.open(rp.authorize().url), 'continue', { id_number: id, password: `wrong ${n}` });
    }
    const signedIn = await rp.signIn(own, { id_number: id, password: lan.password }, { prompt: 'login' });
    expect(signedIn.status).toBe(200);
    expect((await provider.application.accounts.get(accountId))?.lock).toBeUndefined();
  });

  it('count unknown people like known ones', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 7; n += 1) {
      const browser = new FormBrowser();
      statuses.push(
        (
          await browser.press(await browser.open(rp.authorize().url), 'continue', {
            id_number: '000199999999',
            password: `wrong ${n}`,
          })
        ).status,
      );
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  });
});
