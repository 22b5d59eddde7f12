import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { interactions } from '#src/sign-in/collections.ts';
import { ask, poll, registerBackchannelService } from '#test/support/backchannel-service.ts';
import { FapiService } from '#test/support/fapi-service.ts';
import { FormBrowser, type Page } from '#test/support/form-browser.ts';
import { openPhoneWorld, type PhoneWorld, lan as person } from '#test/support/phone-world.ts';
import { Service, type Tokens } from '#test/support/service.ts';

const lan = { ...person, email: 'lan@example.org' };
const given = 'Nguyễn Thị Lan';

let world: PhoneWorld;
let shop: Service;
let shops = 0;
let signed: FapiService;
beforeAll(async () => {
  world = await openPhoneWorld([lan]);
  signed = await FapiService.register(world.provider, 'signed', {
    profile: undefined,
    dpop_bound_access_tokens: false,
    allowed_claims: ['name', 'birthdate', 'email'],
  });
});
afterAll(() => world.provider.stop());
/** Each test is another service: what was granted to one before says nothing. */
beforeEach(async () => {
  shops += 1;
  shop = await Service.register(world.provider, `shop-${shops}`, {
    grant_types: ['authorization_code', 'refresh_token'],
    allowed_claims: ['name', 'birthdate', 'email', 'verified_claims.birthdate'],
  });
});

const json = (value: unknown): string => JSON.stringify(value);
const verified = (...names: string[]) => ({
  verification: { trust_framework: null },
  claims: Object.fromEntries(names.map((name) => [name, null])),
});
const dataRequest = (...claims: string[]) => json([{ type: 'senid_data_request', claims, purpose: 'sign-in' }]);

/** What a service has of a person: everything that names something of theirs. */
async function learned(tokens: Tokens): Promise<string> {
  return json([decodeJwt(tokens.id_token), await shop.userinfo(tokens)]);
}
const personal = [given, lan.birthdate, lan.email, lan.phone.slice(1), lan.id_number];

describe('claims smuggling', () => {
  it.each([
    [
      'scope and claims together',
      { scope: 'openid profile email', claims: json({ id_token: { birthdate: null }, userinfo: { email: null } }) },
    ],
    [
      'scope, claims and verified claims',
      { scope: 'openid profile', claims: json({ userinfo: { verified_claims: verified('birthdate'), email: null } }) },
    ],
    [
      'a data request beside claims',
      { authorization_details: dataRequest('name'), claims: json({ userinfo: { birthdate: null, email: null } }) },
    ],
    ['a data request beside scope', { authorization_details: dataRequest('name'), scope: 'openid profile email' }],
    [
      'a data request beside verified claims',
      { authorization_details: dataRequest('name'), claims: json({ userinfo: { verified_claims: [verified('birthdate')] } }) },
    ],
    [
      'claims that are values of others',
      { claims: json({ userinfo: { name: { value: 'x', essential: true }, birthdate: { values: [] } } }) },
    ],
    [
      'claims outside the registration',
      { claims: json({ userinfo: { phone_number: null, personal_id_number: null, address: null } }) },
    ],
    [
      'claims in containers that there are not',
      { claims: json({ userinfo: {}, access_token: { name: null }, email: null, claims: { userinfo: { name: null } } }) },
    ],
    [
      'names of the language',
      { claims: '{"userinfo":{"constructor":null,"toString":null,"valueOf":{"essential":true}},"constructor":{"name":null}}' },
    ],
  ])('%s: what is not ticked does not leave, and what leaves was on the page', async (_, params) => {
    const browser = new FormBrowser();
    const { tokens } = await shop.signIn(browser, lan, params, []);
    const nothing = await learned(tokens);
    for (const value of personal) expect(nothing).not.toContain(value);

    const { url, verifier } = shop.authorize({ ...params, prompt: 'consent' });
    const page = await browser.open(url, {}, shop.redirectUri);
    const boxes = [...page.html.matchAll(/name="grant" value="([^"]+)"/g)].map(([, name = '']) => name);
    const words = page.html.replaceAll('1 February 1990', lan.birthdate);
    const back = await browser.press(
      page,
      'approve',
      { grant: [...boxes, 'phone_number', 'constructor', '__proto__'] },
      shop.redirectUri,
    );
    const all = await learned((await shop.redeem(back, verifier)).tokens);
    for (const value of personal) if (all.includes(value)) expect(words).toContain(value);
    expect(all).not.toContain(lan.phone.slice(1));
    expect(all).not.toContain(lan.id_number);
  });

  it.each([
    '{"userinfo":{"__proto__":{"name":null}}}',
    '{"__proto__":{"id_token":{"name":null}}}',
    '{"userinfo":{"verified_claims":{"verification":{"trust_framework":null,"__proto__":{}},"claims":{"birthdate":null}}}}',
  ])('prototype names are refused: %s', async (claims) => {
    const page = await new FormBrowser().open(shop.authorize({ claims }).url, {}, shop.redirectUri);
    expect(new URL(page.url).searchParams.get('error')).toBe('invalid_request');
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    '%s is no purpose, no scope, no type of detail and no service',
    async (name) => {
      const purposeless = await shop.signIn(new FormBrowser(), lan, { purpose: name, scope: 'openid profile' }, []);
      expect(await shop.userinfo(purposeless.tokens)).toEqual({ sub: purposeless.claims?.sub });
      const scoped = await new FormBrowser().open(shop.authorize({ scope: `openid ${name}` }).url, {}, shop.redirectUri);
      expect(new URL(scoped.url).searchParams.get('code')).toBeNull();
      expect(scoped.status).toBeLessThan(500);
      for (const details of [
        `[{"type":"${name}"}]`,
        `[{"type":"senid_data_request","claims":["${name}"],"purpose":"sign-in"}]`,
        `[{"type":"senid_data_request","claims":["name"],"purpose":"${name}"}]`,
      ]) {
        const page = await new FormBrowser().open(shop.authorize({ authorization_details: details }).url, {}, shop.redirectUri);
        expect(new URL(page.url).searchParams.get('error')).toBe('invalid_authorization_details');
      }
      expect((await new FormBrowser().open(shop.authorize({ client_id: name }).url)).status).toBe(400);
      for (const more of [{ client_id: name }, { client_id: 'x-y', purposes: [{ id: name, vi: 'x', en: 'x' }] }])
        await expect(Service.register(world.provider, 'x-y', more)).rejects.toMatchObject({ code: 'client_metadata_invalid' });
    },
  );
});

describe('parameters beside a signed or a pushed request', () => {
  const smuggled = {
    scope: 'openid profile email',
    claims: json({ userinfo: { birthdate: null } }),
    purpose: 'another',
    link: 'somebody',
    acr_values: 'urn:senid:acr:id1-auth1',
    prompt: 'none',
    login_hint: '000',
    authorization_details: dataRequest('birthdate'),
    state: 'forged',
    response_mode: 'form_post',
    redirect_uri: 'https://evil.example/',
  };
  const paramsOf = async (page: Page): Promise<Readonly<Record<string, unknown>>> => {
    const id = new URL(page.url).pathname.split('/').pop() ?? '';
    const document = await world.provider.application.store.get(interactions, id);
    return document?.payload.params ?? {};
  };
  const ownNames = [
    'client_id',
    'code_challenge',
    'code_challenge_method',
    'nonce',
    'redirect_uri',
    'response_type',
    'scope',
    'state',
  ];

  it('nothing beside a request object counts, at the authorization endpoint', async () => {
    const { fields } = signed.request();
    const query = new URLSearchParams({ ...smuggled, client_id: 'signed', request: await signed.signedRequest(fields) });
    const page = await new FormBrowser().open(`${world.provider.issuer}/auth?${query}`, {}, signed.redirectUri);
    const params = await paramsOf(page);
    expect(Object.keys(params).sort()).toEqual(ownNames);
    expect(params).toMatchObject({ scope: 'openid', state: fields['state'], redirect_uri: signed.redirectUri });
  });

  it('nothing in the body beside a pushed request object counts', async () => {
    const { fields } = signed.request();
    const pushed = await signed.call('/request', { ...smuggled, request: await signed.signedRequest(fields) }, {});
    expect(pushed.status).toBe(201);
    const page = await new FormBrowser().open(signed.authorizeUrl(pushed.body['request_uri']), {}, signed.redirectUri);
    const params = await paramsOf(page);
    expect(Object.keys(params).sort()).toEqual(ownNames);
    expect(params).toMatchObject({ scope: 'openid', state: fields['state'] });
  });

  it('nothing in the address beside a pushed request counts', async () => {
    const { fields } = signed.request();
    const pushed = await signed.call('/request', fields, {});
    const { client_id: _, ...more } = { client_id: '', ...smuggled };
    const url = `${signed.authorizeUrl(pushed.body['request_uri'])}&${new URLSearchParams(more)}`;
    const page = await new FormBrowser().open(url, {}, signed.redirectUri);
    const params = await paramsOf(page);
    expect(params).toMatchObject({ scope: 'openid', state: fields['state'], redirect_uri: signed.redirectUri });
    expect(Object.keys(params).filter((name) => !ownNames.includes(name))).toEqual([]);
  });

  it('a request object inside a request object, and one that names another client, are refused', async () => {
    const { fields } = signed.request();
    const inner = await signed.signedRequest(fields);
    for (const more of [{ request: inner }, { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, { client_id: 'shop' }]) {
      const answer = await signed.call('/request', { request: await signed.signedRequest({ ...fields, ...more }) }, {});
      expect([answer.status, answer.body['request_uri']]).toEqual([400, undefined]);
    }
  });

  it('nothing beside a signed request by the back channel counts', async () => {
    const bank = await registerBackchannelService(world.provider, 'bank', {
      allowed_claims: ['name', 'birthdate'],
      backchannel_authentication_request_signing_alg: 'ES256',
    });
    const phone = await world.newPhone();
    const request = await bank.signedRequest({ scope: 'openid', login_hint: lan.id_number, binding_message: 'Xin chào' });
    const asked = await bank.call(
      '/backchannel',
      { request, ...{ scope: 'openid profile', claims: smuggled.claims, binding_message: 'Khác hẳn' } },
      {},
    );
    if (asked.status !== 200) return expect(asked.status).toBe(400);
    const { readPayload } = await import('#src/phone/virtual-phone.ts');
    const shown = readPayload(await phone.open((await phone.list())[0]?.id ?? ''));
    expect(shown).toMatchObject({ claims: [], binding_message: 'Xin chào' });
  });
});

describe('later requests that ask for more', () => {
  it('neither the token request, nor refreshing, nor userinfo by POST widens what was granted', async () => {
    const browser = new FormBrowser();
    const { tokens } = await shop.signIn(browser, lan, { scope: 'openid profile offline_access' }, ['name']);
    const wider = {
      scope: 'openid profile email offline_access',
      claims: json({ userinfo: { birthdate: null } }),
      authorization_details: dataRequest('birthdate'),
    };
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    for (const more of [wider, { scope: wider.scope }, { authorization_details: wider.authorization_details }])
      expect((await shop.post('/token', { ...refresh, ...more })).status).toBe(400);
    const claimed = await shop.post('/token', { ...refresh, claims: wider.claims, purpose: 'x', link: 'x' });
    expect(Object.keys(await shop.userinfo((await claimed.json()) as Tokens)).sort()).toEqual(['name', 'sub']);

    const { url, verifier } = shop.authorize({ scope: 'openid profile' });
    const page = await browser.open(url, {}, shop.redirectUri);
    const fields = {
      grant_type: 'authorization_code',
      code: new URL(page.url).searchParams.get('code') ?? '',
      redirect_uri: shop.redirectUri,
    };
    const redeemed = await shop.post('/token', {
      ...fields,
      code_verifier: verifier,
      scope: 'openid profile email',
      claims: wider.claims,
    });
    const answer = (await redeemed.json()) as Tokens;
    if (redeemed.status === 200) expect(Object.keys(await shop.userinfo(answer)).sort()).toEqual(['name', 'sub']);

    const me = (body: Record<string, string>, authorization = `Bearer ${tokens.access_token}`) =>
      fetch(`${world.provider.issuer}/me`, {
        method: 'POST',
        body: new URLSearchParams(body),
        headers: authorization === '' ? {} : { authorization },
      });
    for (const more of [{ scope: 'openid email' }, { claims: wider.claims }, { purpose: 'x' }]) {
      const response = await me(more);
      const learnedNow = (await response.json()) as object;
      if (response.status === 200) expect(Object.keys(learnedNow).sort()).toEqual(['name', 'sub']);
      else expect(response.status).toBe(403);
    }
    expect((await me({ access_token: tokens.access_token })).status).toBe(400);
  });

  it('what a service keeps while nobody is there is never asked for by the back channel, since the phone does not say it', async () => {
    const bank = await registerBackchannelService(world.provider, 'offline-bank', {
      grant_types: ['urn:openid:params:grant-type:ciba', 'refresh_token'],
    });
    const phone = await world.newPhone();
    for (const more of [{}, { prompt: 'consent' }]) {
      const asked = await ask(bank, {
        login_hint: lan.id_number,
        binding_message: 'Xin chào',
        scope: 'openid offline_access',
        ...more,
      });
      for (const { id } of await phone.list()) await phone.decide(await phone.open(id), { decision: 'approve' });
      const { status, body } = await poll(bank, asked.body['auth_req_id']);
      expect([status, body['refresh_token'], body['scope']]).toEqual([200, undefined, 'openid']);
    }
  });
});
