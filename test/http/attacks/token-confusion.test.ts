import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokens as storedTokens } from '#src/oidc/collections.ts';
import type { VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, ciba, poll, registerBackchannelService } from '#test/support/backchannel-service.ts';
import { makeCertificate } from '#test/support/certificates.ts';
import { FapiService } from '#test/support/fapi-service.ts';
import { FormBrowser, type Page } from '#test/support/form-browser.ts';
import { lan, openPhoneWorld, type PhoneWorld } from '#test/support/phone-world.ts';
import { Service } from '#test/support/service.ts';

let world: PhoneWorld;
let phone: VirtualPhone;
let bank: FapiService;
let strong: FapiService;
let thief: FapiService;
beforeAll(async () => {
  world = await openPhoneWorld();
  phone = await world.newPhone();
  const more = { redirect_uris: ['https://bank.example/callback'], response_types: ['code'], allowed_claims: ['name', 'email'] };
  bank = await registerBackchannelService(world.provider, 'bank', {
    ...more,
    grant_types: [ciba, 'authorization_code', 'refresh_token', 'client_credentials'],
  });
  strong = await FapiService.register(world.provider, 'strong', { grant_types: ['authorization_code', 'refresh_token'] });
  thief = await FapiService.register(world.provider, 'thief', { grant_types: ['authorization_code', 'refresh_token'] });
});
afterAll(() => world.provider.stop());

const codeOf = (page: Page): string => new URL(page.url).searchParams.get('code') ?? '';

async function codeFor(service: FapiService, browser: FormBrowser) {
  const { verifier, fields } = service.request({ scope: 'openid email offline_access' });
  const url = `${world.provider.issuer}/auth?${new URLSearchParams(fields)}`;
  return { code: codeOf(await service.answerPages(browser, url, lan)), verifier };
}

/** One of every kind of token that a service gets. */
async function everyKind() {
  const browser = new FormBrowser();
  const first = await codeFor(bank, browser);
  const { body } = await bank.call(
    '/token',
    { grant_type: 'authorization_code', code: first.code, redirect_uri: bank.redirectUri, code_verifier: first.verifier },
    {},
  );
  const own = await bank.call('/token', { grant_type: 'client_credentials' }, {});
  const pushed = await bank.call('/request', bank.request().fields, {});
  const asked = await ask(bank, { login_hint: lan.id_number, binding_message: 'Xin chào' });
  const link = await fetch(`${world.provider.issuer}/links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${String(own.body['access_token'])}`, 'content-type': 'application/json' },
    body: JSON.stringify({ reference: 'user-1', label: 'user 1' }),
  });
  const { code, verifier } = await codeFor(bank, browser);
  return {
    verifier,
    tokens: {
      code,
      access: String(body['access_token']),
      refresh: String(body['refresh_token']),
      'ID token': String(body['id_token']),
      'own access token': String(own.body['access_token']),
      'pushed request': String(pushed.body['request_uri']),
      "pushed request's end": String(pushed.body['request_uri']).split(':').pop() ?? '',
      'backchannel request': String(asked.body['auth_req_id']),
      'link request': ((await link.json()) as { link: string }).link,
      'client assertion': await bank.assertion(),
    },
  };
}
type Kind = keyof Awaited<ReturnType<typeof everyKind>>['tokens'];

describe('protocol confusion between kinds of tokens', () => {
  let kinds: Awaited<ReturnType<typeof everyKind>>;
  beforeAll(async () => {
    kinds = await everyKind();
  });
  const others = (...kind: Kind[]) => Object.entries(kinds.tokens).filter(([name]) => !kind.includes(name as Kind));
  const bearer = (path: string, token: string) =>
    fetch(world.provider.issuer + path, { redirect: 'manual', headers: { authorization: `Bearer ${token}` } });

  it('nothing else is redeemed as a code', async () => {
    for (const [name, code] of others('code')) {
      const fields = { grant_type: 'authorization_code', code, redirect_uri: bank.redirectUri, code_verifier: kinds.verifier };
      expect((await bank.call('/token', fields, {})).body, name).toMatchObject({ error: 'invalid_grant' });
    }
  });

  it('nothing else refreshes', async () => {
    for (const [name, token] of others('refresh'))
      expect((await bank.call('/token', { grant_type: 'refresh_token', refresh_token: token }, {})).body, name).toMatchObject({
        error: 'invalid_grant',
      });
  });

  it('nothing else is polled, and a poll writes nothing into it', async () => {
    for (const [name, token] of others('backchannel request'))
      for (let n = 0; n < 2; n += 1) expect((await poll(bank, token)).body, name).toMatchObject({ error: 'invalid_grant' });
    const kept = await world.provider.application.store.scan(storedTokens, { limit: 1000 });
    const polled = kept.filter(({ polledAt }) => polledAt !== undefined).map(({ payload }) => payload['kind']);
    expect(polled.filter((kind) => kind !== 'BackchannelAuthenticationRequest')).toEqual([]);
  });

  it('nothing else opens userinfo, the links or the registry', async () => {
    for (const [name, token] of others('access')) expect((await bearer('/me', token)).status, name).toBe(401);
    for (const [name, token] of others('own access token')) expect((await bearer('/links/user-1', token)).status, name).toBe(401);
    for (const [name, token] of others()) expect((await bearer('/admin/v1/services', token)).status, name).toBe(401);
  });

  it('nothing else begins a sign-in, authenticates a service or proves a key', async () => {
    for (const [name, token] of others('pushed request', "pushed request's end")) {
      const request_uri = `urn:ietf:params:oauth:request_uri:${token}`;
      const page = await new FormBrowser().open(bank.authorizeUrl(request_uri), {}, bank.redirectUri);
      expect(page.html, name).not.toContain('name="password"');
    }
    for (const [name, client_assertion] of others('client assertion'))
      expect((await bank.call('/token', { grant_type: 'client_credentials', client_assertion }, {})).status, name).toBeGreaterThan(
        399,
      );
    for (const [name, dpop] of others())
      expect((await bank.call('/token', { grant_type: 'client_credentials' }, { dpop })).status, name).toBe(400);
  });

  it('none of them is a browser session, a page or an approval', async () => {
    for (const [name, token] of others()) {
      const cookie = ['senid_session', 'senid_interaction', 'senid_resume'].map((each) => `${each}=${token}`).join('; ');
      const silent = await fetch(`${world.provider.issuer}/auth?${new URLSearchParams(bank.request({ prompt: 'none' }).fields)}`, {
        redirect: 'manual',
        headers: { cookie },
      });
      expect(new URL(silent.headers.get('location') ?? '').searchParams.get('error'), name).toBe('login_required');
      const page = await fetch(`${world.provider.issuer}/interaction/${encodeURIComponent(token)}`, { headers: { cookie } });
      expect(page.status, name).toBeGreaterThan(399);
    }
  });

  it('after all of this each still does what it is for', async () => {
    const { access, refresh, code, 'own access token': own } = kinds.tokens;
    expect((await bearer('/me', access)).status).toBe(200);
    expect((await bearer('/links/user-1', own)).status).toBe(404);
    expect((await bank.call('/token', { grant_type: 'refresh_token', refresh_token: refresh }, {})).status).toBe(200);
    const fields = { grant_type: 'authorization_code', code, redirect_uri: bank.redirectUri, code_verifier: kinds.verifier };
    expect((await bank.call('/token', fields, {})).status).toBe(200);
    world.clock.advance(60_000);
    expect((await poll(bank, kinds.tokens['backchannel request'])).body['error']).toBe('authorization_pending');
    world.clock.reset();
  });
});

it('an approval record is no assertion, no proof, no token and no decision', async () => {
  for (const { id } of await phone.list()) await phone.decide(await phone.open(id), { decision: 'deny' });
  const payee = { name: 'Điện lực', account: '0011' };
  const detail = {
    type: 'senid_transaction',
    amount: { value: 1000, currency: 'VND' },
    payee,
    purpose: 'Tiền điện',
    reference: 'HD-1',
  };
  const asked = await ask(bank, { login_hint: lan.id_number, authorization_details: JSON.stringify([detail]) });
  await phone.decide(await phone.open((await phone.list())[0]?.id ?? ''), { decision: 'approve' });
  const { body } = await poll(bank, asked.body['auth_req_id']);
  const [{ approval } = { approval: { record: '' } }] = body['authorization_details'] as { approval: { record: string } }[];
  const { record } = approval;
  expect(record.split('.')).toHaveLength(3);
  const client_assertion = record;
  const asserted = await bank.call('/token', { grant_type: 'client_credentials', client_assertion }, {});
  expect([asserted.status, asserted.body['access_token']]).toEqual([400, undefined]);
  expect((await bank.call('/token', { grant_type: 'client_credentials' }, { dpop: record })).status).toBe(400);
  expect((await bank.call('/request', { request: record }, {})).status).toBe(400);
  expect((await fetch(`${world.provider.issuer}/me`, { headers: { authorization: `Bearer ${record}` } })).status).toBe(401);
  const stolen = await ask(thief, { id_token_hint: record, binding_message: 'Xin chào' });
  expect(stolen.status).toBeGreaterThan(399);
});

describe('cross-client use', () => {
  it('one service can neither push, ask nor redeem in the name of another', async () => {
    const { fields } = strong.request();
    for (const path of ['/request', '/token', '/backchannel', '/token/introspection', '/token/revocation']) {
      const named = await thief.call(path, { ...fields, client_id: 'strong', token: 'x', grant_type: 'client_credentials' }, {});
      expect([named.status, named.body['request_uri']], path).toEqual([named.status >= 400 ? named.status : 0, undefined]);
      const forged = await thief.assertion({ iss: 'strong', sub: 'strong' });
      const signed = await thief.call(path, { ...fields, client_id: 'strong', client_assertion: forged, token: 'x' }, {});
      expect(signed.status, path).toBe(401);
    }
  });

  it("a request object, a proof or an assertion of another's is worth nothing", async () => {
    const request = await strong.signedRequest(strong.request().fields);
    expect((await thief.call('/request', { request }, {})).status).toBe(400);
    const page = await new FormBrowser().open(
      `${world.provider.issuer}/auth?${new URLSearchParams({ client_id: 'thief', request })}`,
      {},
      thief.redirectUri,
    );
    expect(page.html).not.toContain('name="password"');
    const { tokens } = await strong.signIn(new FormBrowser(), lan);
    expect((await thief.userinfo(tokens.access_token)).status).toBe(401);
    expect((await thief.call('/token/introspection', { token: tokens.access_token }, {})).body).toEqual({ active: false });
  });

  it('PKCE downgrade: a code asked for without a challenge takes no verifier, and one with a challenge needs it', async () => {
    const old = await Service.register(world.provider, 'old', { require_pkce: false });
    const browser = new FormBrowser();
    await old.signIn(browser, lan);
    const plain = await browser.open(
      old.authorize({ code_challenge: undefined, code_challenge_method: undefined }).url,
      {},
      old.redirectUri,
    );
    expect((await old.redeem(plain, 'x'.repeat(43))).status).toBe(400);
    const guarded = await browser.open(old.authorize().url, {}, old.redirectUri);
    const fields = { grant_type: 'authorization_code', code: codeOf(guarded), redirect_uri: old.redirectUri };
    expect((await old.post('/token', fields)).status).toBe(400);
  });

  it("mix-up: each answer names its issuer, and a code of one service's session is none of another's", async () => {
    const shop = await Service.register(world.provider, 'mixed-up');
    for (const params of [{}, { prompt: 'none' }, { scope: 'openid nonsense' }, { response_mode: 'fragment' }]) {
      const browser = new FormBrowser();
      if (Object.keys(params).length === 0) await shop.signIn(browser, lan);
      const page = await browser.open(shop.authorize({ prompt: 'none', ...params }).url, {}, shop.redirectUri);
      expect(new URL(page.url.replace('#', '?')).searchParams.get('iss')).toBe(world.provider.issuer);
    }
  });
});

describe('DPoP', () => {
  const proofWith = async (claims: object, header: object, keys?: Awaited<ReturnType<typeof generateKeyPair>>) => {
    const { privateKey, publicKey } = keys ?? (await generateKeyPair('ES256', { extractable: true }));
    return new SignJWT({ htm: 'POST', htu: `${world.provider.issuer}/token`, jti: randomUUID(), ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey), ...header } as never)
      .setIssuedAt()
      .sign(privateKey);
  };

  it('DPoP replay: of 20 uses of one proof at the same moment one counts', async () => {
    const { tokens } = await strong.signIn(new FormBrowser(), lan);
    const jti = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => strong.userinfo(tokens.access_token, { more: { jti } })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it.each([
    ['of another type', {}, { typ: 'JWT' }],
    ['without a type', {}, { typ: undefined }],
    ['without an id', { jti: undefined }, {}],
    ['for a query beside the address', { htu: 'https://evil.example/token?x=1' }, {}],
    ['for the other endpoint', { htu: 'http://localhost/me' }, {}],
    ['for every address', { htu: ['http://localhost/token', 'https://evil.example/'] }, {}],
    ['with an unknown critical member', {}, { crit: ['x'], x: 1 }],
  ])('a proof %s is none', async (_, claims, header) => {
    const dpop = await proofWith(claims, header).catch(() => 'not.a.proof');
    expect((await bank.call('/token', { grant_type: 'client_credentials' }, { dpop })).status).toBe(400);
  });

  it('a proof that gives its private key away, is signed by nobody, or comes twice is none', async () => {
    const keys = (await generateKeyPair('ES256', { extractable: true })) as Awaited<ReturnType<typeof generateKeyPair>>;
    const whole = await proofWith({}, { jwk: await exportJWK(keys.privateKey) }, keys);
    const good = await proofWith({}, {}, keys);
    const unsigned = `${Buffer.from(JSON.stringify({ alg: 'none', typ: 'dpop+jwt' })).toString('base64url')}.${good.split('.')[1]}.`;
    for (const dpop of [whole, unsigned, `${good}, ${good}`, `${good.slice(0, -4)}AAAA`])
      expect((await bank.call('/token', { grant_type: 'client_credentials' }, { dpop })).status).toBe(400);
    expect((await bank.call('/token', { grant_type: 'client_credentials' }, { dpop: good })).body).toMatchObject({
      token_type: 'DPoP',
    });
  });

  it('a poll without its proof takes no approved request away from the one that has it', async () => {
    const bound = await registerBackchannelService(world.provider, 'bound', { dpop_bound_access_tokens: true });
    const asked = await ask(bound, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    const waiting = (await phone.list()).map(({ id }) => id);
    for (const id of waiting) await phone.decide(await phone.open(id), { decision: 'approve' });
    const fields = { grant_type: ciba, auth_req_id: String(asked.body['auth_req_id']) };
    expect((await bound.call('/token', fields, {})).body['error']).toBe('invalid_grant');
    expect((await bound.call('/token', fields)).body).toMatchObject({ token_type: 'DPoP' });
    expect((await bound.call('/token', fields)).body['error']).toBe('invalid_grant');
  });
});

it('mTLS header spoofing: without a proxy that is trusted, a certificate in a header is nobody', async () => {
  const { pem, keys } = await makeCertificate({ name: 'CN=strong' });
  const jwk = await exportJWK(keys.publicKey as never);
  for (const token_endpoint_auth_method of ['self_signed_tls_client_auth', 'tls_client_auth'])
    await expect(
      Service.register(world.provider, 'certified', {
        token_endpoint_auth_method,
        tls_client_auth_subject_dn: 'CN=strong',
        jwks: { keys: [jwk] },
      }),
    ).rejects.toMatchObject({ code: 'client_metadata_invalid' });
  const der = pem.replace(/-----[^-]+-----|\s/g, '');
  for (const name of ['client-cert', 'x-forwarded-client-cert', 'ssl-client-cert', 'x-ssl-client-cert', 'x-client-cert'])
    for (const value of [`:${der}:`, encodeURIComponent(pem)]) {
      const body = new URLSearchParams({ client_id: 'strong', grant_type: 'client_credentials', token: 'x' });
      for (const path of ['/token', '/token/introspection', '/request']) {
        const response = await fetch(world.provider.issuer + path, { method: 'POST', body, headers: { [name]: value } });
        expect(response.status).toBeGreaterThan(399);
        expect(response.status).toBeLessThan(500);
      }
    }
});

describe('bodies that are not what they should be', () => {
  it.each(['/token', '/request', '/backchannel', '/token/introspection', '/token/revocation'])(
    '%s takes forms alone, of a sensible length, and each parameter once',
    async (path) => {
      const good = { client_id: 'bank', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' };
      const form = async () => new URLSearchParams({ ...good, client_assertion: await bank.assertion() }).toString();
      const fields = async () => ({ ...good, client_assertion: await bank.assertion(), grant_type: 'client_credentials' });
      const part = (name: string, value: string): string =>
        `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
      const bodies = [
        ['application/json', JSON.stringify(await fields())],
        [
          'multipart/form-data; boundary=x',
          `${Object.entries(await fields())
            .map(([name, value]) => part(name, value))
            .join('')}--x--`,
        ],
        ['text/plain', await form()],
        ['application/x-www-form-urlencoded', `${await form()}&x=${'y'.repeat(2_000_000)}`],
        ['application/x-www-form-urlencoded', `${await form()}&client_id=bank`],
        ['application/x-www-form-urlencoded', `${await form()}&__proto__[client_id]=strong&constructor[prototype][scope]=x`],
      ] as const;
      for (const [type, body] of bodies) {
        const response = await fetch(world.provider.issuer + path, { method: 'POST', body, headers: { 'content-type': type } });
        expect([400, 413], `${type} ${body.slice(-60)}`).toContain(response.status);
      }
      expect(({} as Record<string, unknown>)['client_id']).toBeUndefined();
    },
  );

  it('a secret or a parameter in the address counts for nothing', async () => {
    const shop = await Service.register(world.provider, 'in-query', { grant_types: ['authorization_code', 'client_credentials'] });
    const query = new URLSearchParams({
      client_id: 'in-query',
      client_secret: shop.secret ?? '',
      grant_type: 'client_credentials',
    });
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    expect((await fetch(`${world.provider.issuer}/token?${query}`, { method: 'POST', body })).status).toBe(400);
    const bare = await fetch(`${world.provider.issuer}/token?${query}`, {
      method: 'POST',
      headers: { authorization: shop.basic() ?? '' },
    });
    expect(bare.status).toBe(400);
  });
});
