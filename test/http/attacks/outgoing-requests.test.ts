import { createServer, type Server } from 'node:http';
import type { LookupFunction } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFetchText } from '#src/oidc/fetch-text.ts';
import { createPush } from '#src/oidc/outgoing-push.ts';
import { ask, registerBackchannelService } from '#test/support/backchannel-service.ts';
import { FapiService } from '#test/support/fapi-service.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

/** Something inside that must not be reached: it counts whoever comes. */
let canary: Server;
let inside: string;
let came: string[] = [];
/** It may reach private addresses, so that nothing but intention keeps it from there. */
let provider: TestProvider;
let bank: FapiService;
let shop: Service;
beforeAll(async () => {
  canary = createServer((request, response) => {
    came.push(request.url ?? '');
    response.setHeader('content-type', 'application/json').end('{"keys":[]}');
  });
  canary.on('connection', () => came.push('connection'));
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
  inside = `http://127.0.0.1:${(canary.address() as { port: number }).port}`;
  provider = await startProvider({ environment: { SENID_OUTBOUND_PRIVATE: 'true' } });
  await provider.addPerson(lan);
  bank = await FapiService.register(provider, 'bank', { profile: undefined });
  shop = await Service.register(provider, 'shop');
});
afterAll(async () => {
  await provider.stop();
  canary.close();
});
beforeEach(() => {
  came = [];
});

/** Headers of a JWT that say where its key is: nobody looks there, the registered one alone counts. @see RFC 8725, 3.10 */
const leading = () => [
  { jku: `${inside}/jku` },
  { x5u: `${inside}/x5u` },
  { jku: `${inside}/jku`, kid: `${inside}/kid` },
  { kid: `${inside}/kid` },
  { kid: '../../../../etc/passwd' },
];

describe('SSRF by where a signature says its key is', () => {
  it('client assertions', async () => {
    for (const header of leading()) {
      const { iss, ...claims } = { iss: 'bank', sub: 'bank', aud: provider.issuer, jti: crypto.randomUUID() };
      const client_assertion = await bank.sign({ iss, ...claims, exp: Math.floor(Date.now() / 1000) + 60 }, header);
      await bank.call('/request', { ...bank.request().fields, client_assertion }, {});
    }
    expect(came).toEqual([]);
  });

  it('client assertions, signed with the key that stands there', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const client_assertion = await new SignJWT({ iss: 'bank', sub: 'bank', aud: provider.issuer, jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', jku: `${inside}/jku` })
      .setExpirationTime('1m')
      .sign(privateKey);
    expect((await bank.call('/request', { ...bank.request().fields, client_assertion }, {})).status).toBe(401);
    expect(came).toEqual([]);
  });

  it('request objects, pushed and in the browser', async () => {
    for (const header of leading()) {
      const request = await bank.signedRequest(bank.request().fields, {}, header);
      await bank.call('/request', { request }, {});
      await new FormBrowser().open(
        `${provider.issuer}/auth?${new URLSearchParams({ client_id: 'bank', request })}`,
        {},
        bank.redirectUri,
      );
    }
    expect(came).toEqual([]);
  });

  it('DPoP proofs', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    for (const header of leading()) {
      const proof = await new SignJWT({ htm: 'POST', htu: `${provider.issuer}/request`, jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey), ...header })
        .setIssuedAt()
        .sign(privateKey);
      await bank.call('/request', bank.request().fields, { dpop: proof });
    }
    expect(came).toEqual([]);
  });

  it('ID token hints at sign-in and at sign-out', async () => {
    for (const header of leading()) {
      const hint = await bank.sign({ iss: provider.issuer, sub: 'x', aud: 'shop', exp: 9_999_999_999 }, header);
      await new FormBrowser().open(shop.authorize({ id_token_hint: hint, prompt: 'none' }).url, {}, shop.redirectUri);
      await new FormBrowser().open(`${provider.issuer}/session/end?${new URLSearchParams({ id_token_hint: hint })}`);
    }
    expect(came).toEqual([]);
  });
});

describe('SSRF by an address in a request', () => {
  it.each([
    'request_uri',
    'registration',
    'client_uri',
    'jwks_uri',
    'logo_uri',
    'login_hint',
    'resource',
    'claims_locales',
    'iss',
    'target_link_uri',
  ])('%s at the authorization endpoint, by PAR, in a request object and by the back channel', async (name) => {
    const more = { [name]: `${inside}/${name}` };
    await new FormBrowser().open(shop.authorize(more).url, {}, shop.redirectUri);
    await bank.call('/request', { ...bank.request().fields, ...more }, {});
    const request = await bank.signedRequest({ ...bank.request().fields, ...more });
    await new FormBrowser().open(
      `${provider.issuer}/auth?${new URLSearchParams({ client_id: 'bank', request })}`,
      {},
      bank.redirectUri,
    );
    await ask(bank, { login_hint: lan.id_number, binding_message: 'Xin chào', ...more });
    expect(came).toEqual([]);
  });

  it('client_id that is an address', async () => {
    for (const client_id of [`${inside}/client`, `${inside}/.well-known/openid-federation`]) {
      await new FormBrowser().open(shop.authorize({ client_id }).url);
      await fetch(`${provider.issuer}/token`, {
        method: 'POST',
        body: new URLSearchParams({ client_id, grant_type: 'client_credentials' }),
      });
    }
    expect(came).toEqual([]);
  });
});

describe('SSRF by an address in a registration', () => {
  it('backchannel_client_notification_endpoint is not called by requests that are polled', async () => {
    const polled = await registerBackchannelService(provider, 'polled', {
      backchannel_client_notification_endpoint: `${inside.replace('http:', 'https:')}/ping`,
    }).catch((refused: { code?: string }) => refused.code);
    if (typeof polled === 'object') await ask(polled, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    else expect(polled).toBe('client_metadata_invalid');
    expect(came).toEqual([]);
  });

  const guarded = createPush(false);
  const post = { contentType: 'application/secevent+jwt', body: 'x' };

  it.each([
    '127.0.0.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '2130706433',
    '0x7f.1',
    '0',
    '127.1',
    'localhost.',
    '127.0.0.1.',
  ])('consent_event_uri that leads inside by another spelling (%s) is not connected to', async (host) => {
    await expect(guarded(`http://${host}:${new URL(inside).port}/events`, post)).rejects.toThrow('private');
    expect(came).toEqual([]);
  });

  /** A name that leads to a public address when it is looked at first, and inside from then on. */
  function rebinding(): { readonly lookup: LookupFunction; readonly asked: () => number } {
    let asked = 0;
    const lookup: LookupFunction = (_host, options, done) => {
      asked += 1;
      const address = asked === 1 ? '192.0.2.1' : '127.0.0.1';
      if (options.all === true) done(null, [{ address, family: 4 }]);
      else done(null, address, 4);
    };
    return { lookup, asked: () => asked };
  }

  it('DNS rebinding: jwks_uri is connected to where its name led when it was looked at, and looked at again each time', async () => {
    const { lookup, asked } = rebinding();
    const read = createFetchText({ mayReachPrivate: false, lookup });
    const address = `http://keys.example:${new URL(inside).port}/keys`;
    // the first time nobody answers there; it ends by its own patience, and nothing of it reaches inside
    await expect(read(address)).rejects.toThrow();
    expect(asked()).toBe(1);
    await expect(read(address)).rejects.toThrow('private');
    expect([asked(), came]).toEqual([2, []]);
  });

  it.each([301, 302, 303, 307, 308])('a redirect (%i) from a key set or an event address is not followed', async (status) => {
    const server = createServer((_request, response) => response.writeHead(status, { location: `${inside}/inside` }).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const outside = `http://127.0.0.1:${(server.address() as { port: number }).port}/x`;
    try {
      await expect(createFetchText({ mayReachPrivate: true })(outside)).rejects.toThrow(String(status));
      expect(await createPush(true)(outside, post)).toMatchObject({ status });
    } finally {
      server.close();
    }
    expect(came).toEqual([]);
  });
});
