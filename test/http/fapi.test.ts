import { randomUUID } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FapiService, newKeys } from '#test/support/fapi-service.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

let provider: TestProvider;
let bank: FapiService;
let other: FapiService;
beforeAll(async () => {
  provider = await startProvider();
  await provider.addPerson(lan);
  const more = { grant_types: ['authorization_code', 'refresh_token'] };
  bank = await FapiService.register(provider, 'bank', more);
  other = await FapiService.register(provider, 'other', more);
});
afterAll(() => provider.stop());

const now = (): number => Math.floor(Date.now() / 1000);
const push = (fields: Readonly<Record<string, string>>) => bank.call('/request', fields, {});

const introspect = async (service: FapiService, token: string) =>
  fetch(`${provider.issuer}/token/introspection`, {
    method: 'POST',
    headers: { accept: 'application/token-introspection+jwt' },
    body: new URLSearchParams({
      client_id: service.id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await service.assertion(),
      token,
    }),
  });

describe('FAPI 2.0 Security Profile', () => {
  it('a pushed request, a sign-in, a token bound to the key of its proofs', async () => {
    const { status, tokens, page } = await bank.signIn(new FormBrowser(), lan);
    expect(status).toBe(200);
    expect(new URL(page.url).searchParams.get('iss')).toBe(provider.issuer);
    expect(tokens).toMatchObject({ token_type: 'DPoP' });
    expect(decodeJwt(tokens.id_token)).toMatchObject({ aud: 'bank', acr: 'urn:senid:acr:id2-auth1' });
    const userinfo = await bank.userinfo(tokens.access_token);
    expect([userinfo.status, await userinfo.json()]).toMatchObject([200, { sub: decodeJwt(tokens.id_token).sub }]);
    const introspected = await bank.call('/token/introspection', { token: tokens.access_token });
    expect(introspected.body).toMatchObject({ active: true, cnf: { jkt: await bank.thumbprint() }, token_type: 'DPoP' });
  });

  it('signs nothing with RSASSA-PKCS1, whatever the registration leaves out', async () => {
    const { verifier, fields } = bank.request({ response_mode: 'jwt' });
    const { request_uri: uri } = (await push(fields)).body;
    const page = await bank.answerPages(new FormBrowser(), bank.authorizeUrl(uri), lan);
    const answer = new URL(page.url).searchParams.get('response') ?? '';
    const { body } = await bank.redeem(String(decodeJwt(answer)['code']), verifier);
    const introspected = await (await introspect(bank, String(body['access_token']))).text();
    const algorithms = [answer, introspected, String(body['id_token'])].map((jwt) => decodeProtectedHeader(jwt).alg);
    expect(algorithms).toEqual(['ES256', 'ES256', 'ES256']);
  });

  it('a refresh token stays the same, and works again after an answer that was lost', async () => {
    const { tokens } = await bank.signIn(new FormBrowser(), lan, { scope: 'openid offline_access' });
    const refresh = () => bank.call('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' });
    const [first, second] = [await refresh(), await refresh()];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect([undefined, tokens.refresh_token]).toContain(second.body['refresh_token']);
  });

  it('does not take an authorization request that was not pushed', async () => {
    const { fields } = bank.request();
    const page = await new FormBrowser().open(`${provider.issuer}/auth?${new URLSearchParams(fields)}`, {}, bank.redirectUri);
    expect(new URL(page.url).searchParams.get('error')).toBe('invalid_request');
  });

  it.each([
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }],
    ['without a redirect_uri', { redirect_uri: undefined }],
    ['with another redirect_uri', { redirect_uri: 'https://bank.example/callback/../evil' }],
    ['with a token in the front channel', { response_type: 'code id_token' }],
    ['with plain PKCE', { code_challenge_method: 'plain' }],
  ])('does not take a pushed request %s', async (_, params) => {
    const answer = await push(bank.request(params).fields);
    expect([answer.status, answer.body['request_uri']]).toEqual([400, undefined]);
  });

  it('does not take a pushed request without client authentication', async () => {
    const body = new URLSearchParams(bank.request().fields);
    const response = await fetch(`${provider.issuer}/request`, { method: 'POST', body });
    expect([response.status, await response.json()]).toMatchObject([401, { error: 'invalid_client' }]);
  });

  it('PAR reuse: a pushed request gives one code, in whatever browser', async () => {
    const { requestUri } = await bank.signIn(new FormBrowser(), lan);
    const page = await new FormBrowser().open(bank.authorizeUrl(requestUri), {}, bank.redirectUri);
    expect(page.url.includes('code=')).toBe(false);
    expect(page.status).toBe(400);
  });

  it('PAR reuse: two browsers that took it up finish it once', async () => {
    const { fields } = bank.request();
    const { request_uri: uri } = (await push(fields)).body;
    const browsers = [new FormBrowser(), new FormBrowser()];
    const pages = await Promise.all(browsers.map((browser) => bank.answerPages(browser, bank.authorizeUrl(uri), lan)));
    expect(pages.filter(({ url }) => url.includes('code='))).toHaveLength(1);
  });

  it('does not let another client use a pushed request', async () => {
    const { request_uri: uri } = (await push(bank.request().fields)).body;
    const query = new URLSearchParams({ client_id: 'other', request_uri: String(uri) });
    const page = await new FormBrowser().open(`${provider.issuer}/auth?${query}`, {}, other.redirectUri);
    expect(page.html).not.toContain('name="password"');
  });

  it('code injection: a code is worth nothing to another client, and with another verifier', async () => {
    const { verifier, fields } = bank.request();
    const { request_uri: uri } = (await push(fields)).body;
    const page = await bank.answerPages(new FormBrowser(), bank.authorizeUrl(uri), lan);
    const code = new URL(page.url).searchParams.get('code') ?? '';
    expect((await other.redeem(code, verifier)).body['error']).toBe('invalid_grant');
    expect((await bank.redeem(code, 'y'.repeat(43))).body['error']).toBe('invalid_grant');
  });
});

describe('audience confusion: client assertions', () => {
  it.each([
    ['for the token endpoint', { aud: (): unknown => `${provider.issuer}/token` }],
    ['for several servers', { aud: () => [provider.issuer, 'https://evil.example'] }],
    ['for the issuer in a list', { aud: () => [provider.issuer] }],
    ['for another server', { aud: () => 'https://evil.example' }],
    ['of another client', { iss: () => 'other', sub: () => 'other' }],
    ['of no end', { exp: () => now() + 100_000 }],
    ['without an end', { exp: () => undefined }],
    ['without an id', { jti: () => undefined }],
    ['of the past', { exp: () => now() - 60 }],
    ['of the future', { nbf: () => now() + 120 }],
    ['made in the future', { iat: () => now() + 61 }],
  ])('does not take one %s', async (_, members) => {
    const changed = Object.fromEntries(Object.entries(members).map(([name, value]) => [name, value()]));
    const answer = await push({ ...bank.request().fields, client_assertion: await bank.assertion(changed as never) });
    expect([answer.status, answer.body['request_uri']]).toEqual([answer.status === 400 ? 400 : 401, undefined]);
  });

  it('takes one whose maker is ten seconds ahead, as clocks are', async () => {
    const client_assertion = await bank.assertion({ iat: now() + 9, nbf: now() + 9 });
    expect((await push({ ...bank.request().fields, client_assertion })).status).toBe(201);
  });

  it('does not take one twice, nor from many at once', async () => {
    const assertion = await bank.assertion();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => push({ ...bank.request().fields, client_assertion: assertion })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });
});

describe('DPoP', () => {
  it('asks for a nonce of its own, so that proofs made in advance are worthless', async () => {
    const fresh = await FapiService.register(provider, `fresh-${randomUUID()}`);
    const proof = await fresh.proof('POST', '/token');
    const fields = { grant_type: 'authorization_code', code: 'x', redirect_uri: fresh.redirectUri, code_verifier: 'x'.repeat(43) };
    const answer = await fresh.call('/token', fields, { dpop: proof });
    expect([answer.body['error'], answer.headers.get('dpop-nonce')]).toEqual(['use_dpop_nonce', expect.any(String)]);
  });

  it('DPoP replay: a proof is used once', async () => {
    const { tokens } = await bank.signIn(new FormBrowser(), lan);
    const jti = randomUUID();
    expect((await bank.userinfo(tokens.access_token, { more: { jti } })).status).toBe(200);
    expect((await bank.userinfo(tokens.access_token, { more: { jti } })).status).toBe(401);
  });

  it.each([
    ['of another address', { htu: 'https://evil.example/me' }],
    ['of another method', { htm: 'POST' }],
    ['of another token', { ath: 'x'.repeat(43) }],
    ['with a made-up nonce', { nonce: 'x'.repeat(43) }],
    ['of an hour ago', { iat: now() - 3600, nonce: undefined }],
  ])('does not take a proof %s', async (_, more) => {
    const { tokens } = await bank.signIn(new FormBrowser(), lan);
    expect((await bank.userinfo(tokens.access_token, { more: more as never })).status).toBe(401);
  });

  it('a stolen token is worth nothing with another key, and nothing as a bearer token', async () => {
    const { tokens } = await bank.signIn(new FormBrowser(), lan);
    expect((await bank.userinfo(tokens.access_token, { keys: await newKeys() })).status).toBe(401);
    const bearer = await fetch(`${provider.issuer}/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(bearer.status).toBe(401);
  });

  it('a code asked for with one key is not redeemed with another, nor without a proof', async () => {
    const { verifier, fields } = bank.request({ dpop_jkt: await bank.thumbprint() });
    const { request_uri: uri } = (await push(fields)).body;
    const browser = new FormBrowser();
    const page = await bank.answerPages(browser, bank.authorizeUrl(uri), lan);
    const code = new URL(page.url).searchParams.get('code') ?? '';
    expect((await bank.redeem(code, verifier, {})).body['error']).toBe('invalid_grant');
  });
});

describe('FAPI 2.0 Message Signing', () => {
  let signed: FapiService;
  beforeAll(async () => {
    signed = await FapiService.register(provider, 'signed', {
      profile: 'fapi-2.0-message-signing',
      request_object_signing_alg: 'ES256',
      require_signed_request_object: true,
      authorization_signed_response_alg: 'ES256',
      introspection_signed_response_alg: 'ES256',
      response_modes: ['jwt', 'query.jwt', 'form_post.jwt'],
    });
  });

  it('does not answer unsigned, though the registration says nothing of how', async () => {
    const silent = await FapiService.register(provider, 'silent', { profile: 'fapi-2.0-message-signing' });
    const push = async (params = {}) => {
      const { fields, verifier } = silent.request(params);
      return { verifier, ...(await silent.call('/request', { request: await silent.signedRequest(fields) }, {})) };
    };
    const plain = await push();
    expect([plain.status, plain.body['request_uri']]).toEqual([400, undefined]);
    const { verifier, body } = await push({ response_mode: 'jwt' });
    const page = await silent.answerPages(new FormBrowser(), silent.authorizeUrl(body['request_uri']), lan);
    const answer = new URL(page.url).searchParams;
    expect([...answer.keys()]).toEqual(['response']);
    const redeemed = await silent.redeem(String(decodeJwt(answer.get('response') ?? '')['code']), verifier);
    const introspected = await introspect(silent, String(redeemed.body['access_token']));
    expect(introspected.headers.get('content-type')).toContain('application/token-introspection+jwt');
  });

  const pushSigned = async (more = {}, header?: object) =>
    signed.call(
      '/request',
      { request: await signed.signedRequest(signed.request({ response_mode: 'jwt' }).fields, more, header) },
      {},
    );

  it('a signed request, a signed answer, a signed introspection', async () => {
    const { verifier, fields } = signed.request({ response_mode: 'jwt' });
    const pushed = await signed.call('/request', { request: await signed.signedRequest(fields) }, {});
    expect(pushed.body).toMatchObject({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:/),
      expires_in: 60,
    });
    const page = await signed.answerPages(new FormBrowser(), signed.authorizeUrl(pushed.body['request_uri']), lan);
    const answer = new URL(page.url).searchParams;
    expect([...answer.keys()]).toEqual(['response']);
    const response = decodeJwt(answer.get('response') ?? '');
    expect(response).toMatchObject({ iss: provider.issuer, aud: 'signed', state: fields['state'], code: expect.any(String) });
    const redeemed = await signed.redeem(String(response['code']), verifier);
    expect(redeemed.status).toBe(200);
    const introspected = await introspect(signed, String(redeemed.body['access_token']));
    expect(introspected.headers.get('content-type')).toContain('application/token-introspection+jwt');
    expect(decodeJwt(await introspected.text())).toMatchObject({ iss: provider.issuer, token_introspection: { active: true } });
  });

  it.each([
    ['that is not signed', {}, { alg: 'none' }],
    ['of no end', { exp: now() + 100_000 }, undefined],
    ['without a beginning', { nbf: undefined }, undefined],
    ['made in the future', { iat: now() + 600 }, undefined],
    ['of two hours ago', { nbf: now() - 7200, exp: now() - 3700 + 7300 }, undefined],
    ['for another server', { aud: 'https://evil.example' }, undefined],
    ['of another client', { iss: 'bank' }, undefined],
    ['that names another client', { client_id: 'bank' }, undefined],
    ['that is a client assertion', { sub: 'signed' }, { typ: 'JWT' }],
    ['that is a DPoP proof', {}, { typ: 'dpop+jwt' }],
  ])('does not take a request object %s', async (_, more, header) => {
    const answer = header !== undefined && 'alg' in header ? await unsigned() : await pushSigned(more, header);
    expect([answer.status, answer.body['request_uri']]).toEqual([answer.status === 401 ? 401 : 400, undefined]);
  });

  it('takes a request object whose maker is ten seconds ahead', async () => {
    expect((await pushSigned({ iat: now() + 9, nbf: now() + 9 })).status).toBe(201);
  });

  const unsigned = () => {
    const parts = [
      { alg: 'none' },
      { ...signed.request().fields, iss: 'signed', aud: provider.issuer, exp: now() + 60, nbf: now() },
    ];
    const request = `${parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;
    return signed.call('/request', { request }, {});
  };

  it('does not take parameters beside the signed ones', async () => {
    const answer = await signed.call('/request', signed.request().fields, {});
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_request']);
  });

  it('an unsigned answer is refused to who must have signed ones', async () => {
    const answer = await signed.call(
      '/request',
      { request: await signed.signedRequest(signed.request({ response_mode: 'query' }).fields) },
      {},
    );
    expect(answer.status).toBe(400);
  });
});

describe('encrypted answers', () => {
  it('ID token and userinfo are for the holder of the registered key alone', async () => {
    const { generateKeyPair, exportJWK, compactDecrypt } = await import('jose');
    const { publicKey, privateKey } = await generateKeyPair('ECDH-ES+A256KW', { extractable: true });
    const sealed = await Service.register(provider, 'sealed', {
      id_token_encrypted_response_alg: 'ECDH-ES+A256KW',
      id_token_encrypted_response_enc: 'A256GCM',
      userinfo_signed_response_alg: 'ES256',
      userinfo_encrypted_response_alg: 'ECDH-ES+A256KW',
      userinfo_encrypted_response_enc: 'A256GCM',
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'e1', use: 'enc', alg: 'ECDH-ES+A256KW' }] },
    });
    const { url, verifier } = sealed.authorize();
    const browser = new FormBrowser();
    let page = await browser.open(url, {}, sealed.redirectUri);
    page = await browser.press(page, 'continue', { id_number: lan.id_number, password: lan.password }, sealed.redirectUri);
    page = await browser.press(page, 'approve', {}, sealed.redirectUri);
    const { tokens } = await sealed.redeem(page, verifier);
    const open = async (text: string) =>
      decodeJwt(Buffer.from((await compactDecrypt(text, privateKey)).plaintext).toString('utf8'));
    expect(tokens.id_token.split('.')).toHaveLength(5);
    const idToken = await open(tokens.id_token);
    expect(idToken).toMatchObject({ iss: provider.issuer, aud: 'sealed' });
    const userinfo = await fetch(`${provider.issuer}/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(userinfo.headers.get('content-type')).toContain('application/jwt');
    expect((await open(await userinfo.text())).sub).toBe(idToken.sub);
  });
});

it('what a pushed request says of people is kept sealed', async () => {
  const { fields } = bank.request({ login_hint: lan.id_number });
  expect((await push(fields)).status).toBe(201);
  const { tokens } = await import('#src/oidc/collections.ts');
  const kept = JSON.stringify(await provider.application.store.scan(tokens, { limit: 1000 }));
  const coded = Buffer.from(JSON.stringify({ login_hint: lan.id_number }))
    .toString('base64url')
    .slice(4, 20);
  expect([kept.includes(lan.id_number), kept.includes(coded)]).toEqual([false, false]);
  const pushed = (await provider.application.store.scan(tokens, { limit: 1000 })).filter(
    ({ payload }) => payload['kind'] === 'PushedAuthorizationRequest',
  );
  expect(pushed.length).toBeGreaterThan(0);
  for (const { payload } of pushed) expect(String(payload['request']).split('.')).toHaveLength(2);
});
