import * as client from 'openid-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FapiService } from '#test/support/fapi-service.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';

let provider: TestProvider;
beforeAll(async () => {
  provider = await startProvider();
  await provider.addPerson(lan);
});
afterAll(() => provider.stop());

async function configured(service: FapiService): Promise<client.Configuration> {
  const key = { key: service.keys.privateKey, kid: 'k1' };
  const execute = [client.allowInsecureRequests];
  return client.discovery(new URL(provider.issuer), service.id, undefined, client.PrivateKeyJwt(key), { execute });
}

/** What a service's program does with the library, but for the browser. */
async function begin(config: client.Configuration, service: FapiService, DPoP: client.DPoPHandle, build: 'plain' | 'signed') {
  const verifier = client.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
  const asked = {
    redirect_uri: service.redirectUri,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
  };
  const signingKey = { key: service.keys.privateKey, kid: 'k1' };
  const parameters =
    build === 'plain' ? asked : (await client.buildAuthorizationUrlWithJAR(config, asked, signingKey)).searchParams;
  const url = await client.buildAuthorizationUrlWithPAR(config, parameters, { DPoP });
  return { url, checks: { pkceCodeVerifier: verifier, expectedState, expectedNonce, idTokenExpected: true } };
}

it('openid-client signs in by FAPI 2.0 and reads userinfo with its bound token', async () => {
  const service = await FapiService.register(provider, 'library');
  const config = await configured(service);
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
  const { url, checks } = await begin(config, service, DPoP, 'plain');
  const page = await service.answerPages(new FormBrowser(), url.href, lan);
  const tokens = await client.authorizationCodeGrant(config, new URL(page.url), checks, undefined, { DPoP });
  const { sub = '' } = tokens.claims() ?? {};
  expect((await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).sub).toBe(sub);
});

it('openid-client signs in by FAPI 2.0 Message Signing: signed request, signed answer', async () => {
  const service = await FapiService.register(provider, 'signing-library', {
    profile: 'fapi-2.0-message-signing',
    request_object_signing_alg: 'ES256',
    authorization_signed_response_alg: 'ES256',
    response_modes: ['jwt'],
  });
  const config = await configured(service);
  client.useJwtResponseMode(config);
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
  const { url, checks } = await begin(config, service, DPoP, 'signed');
  const page = await service.answerPages(new FormBrowser(), url.href, lan);
  const tokens = await client.authorizationCodeGrant(config, new URL(page.url), checks, undefined, { DPoP });
  expect(tokens.claims()).toMatchObject({ acr: 'urn:senid:acr:id2-auth1' });
});
