import { randomUUID } from 'node:crypto';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ciba, registerBackchannelService } from '#test/support/backchannel-service.ts';
import type { FapiService } from '#test/support/fapi-service.ts';
import { lan, openPhoneWorld, type PhoneWorld } from '#test/support/phone-world.ts';

let world: PhoneWorld;
let bank: FapiService;
let phone: VirtualPhone;
beforeAll(async () => {
  world = await openPhoneWorld();
  bank = await registerBackchannelService(world.provider, 'strict', { profile: 'fapi-ciba', dpop_bound_access_tokens: true });
  phone = await world.newPhone();
});
afterAll(() => world.provider.stop());
beforeEach(async () => {
  for (const { id } of await phone.list()) await phone.decide(await phone.open(id), { decision: 'deny' });
});

const fields = { scope: 'openid', login_hint: lan.id_number, binding_message: 'Xin chào' };
const ask = async (more = {}, header = {}) =>
  bank.call('/backchannel', { request: await bank.signedRequest(fields, more, header) }, {});

describe('FAPI-CIBA', () => {
  it('a signed request, an approval, a token bound to a key', async () => {
    const asked = await ask();
    expect([asked.status, asked.body['interval']]).toEqual([200, 5]);
    await phone.decide(await phone.open((await phone.list())[0]?.id ?? ''), { decision: 'approve' });
    const { body } = await bank.call('/token', { grant_type: ciba, auth_req_id: String(asked.body['auth_req_id']) });
    expect(body).toMatchObject({ token_type: 'DPoP' });
    expect(decodeJwt(String(body['id_token']))).toMatchObject({ aud: 'strict' });
  });

  it('an approved request gives no token without a proof of the key', async () => {
    const asked = await ask();
    await phone.decide(await phone.open((await phone.list())[0]?.id ?? ''), { decision: 'approve' });
    const fieldsOfPoll = { grant_type: ciba, auth_req_id: String(asked.body['auth_req_id']) };
    expect((await bank.call('/token', fieldsOfPoll, {})).body['error']).toBe('invalid_grant');
  });

  it('does not take a request that is not signed', async () => {
    expect((await bank.call('/backchannel', fields, {})).body['error']).toBe('invalid_request');
  });

  it('does not take a signed request twice', async () => {
    const request = await bank.signedRequest(fields);
    const answers = await Promise.all(Array.from({ length: 8 }, () => bank.call('/backchannel', { request }, {})));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it.each([
    ['without an id', { jti: undefined }],
    ['without a beginning', { nbf: undefined }],
    ['made in the future', { iat: Math.floor(Date.now() / 1000) + 600 }],
    ['of no end', { exp: Math.floor(Date.now() / 1000) + 100_000 }],
    ['for another server', { aud: 'https://evil.example' }],
    ['of another client', { iss: 'somebody' }],
  ])('does not take a signed request %s', async (_, more) => {
    expect((await ask(more)).status).toBe(400);
  });

  it('takes nothing that is signed with RSASSA-PKCS1', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const weak = await registerBackchannelService(world.provider, 'weak', {
      profile: 'fapi-ciba',
      dpop_bound_access_tokens: true,
      token_endpoint_auth_signing_alg: undefined,
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'r1' }] },
    });
    const now = Math.floor(Date.now() / 1000);
    const client_assertion = await new SignJWT({
      iss: 'weak',
      sub: 'weak',
      aud: world.provider.issuer,
      jti: randomUUID(),
      exp: now + 60,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'r1' })
      .sign(privateKey);
    const answer = await weak.call('/backchannel', { ...fields, client_assertion }, {});
    expect([answer.status, answer.body['error']]).toEqual([401, 'invalid_client']);
  });
});
