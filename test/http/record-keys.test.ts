import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, poll, registerBackchannelService } from '#test/support/backchannel-service.ts';
import { lan, openPhoneWorld, type PhoneWorld } from '#test/support/phone-world.ts';

const dayMs = 86_400_000;

let world: PhoneWorld;
let phone: VirtualPhone;
/** What a bank keeps of a payment, and the ID token that came with it. */
let record: string;
let idToken: string;
beforeAll(async () => {
  world = await openPhoneWorld();
  phone = await world.newPhone();
  const bank = await registerBackchannelService(world.provider, 'bank');
  const transaction = {
    type: 'senid_transaction',
    amount: { value: 5, currency: 'VND' },
    payee: { name: 'A', account: '1' },
    purpose: 'x',
    reference: 'y',
  };
  const asked = await ask(bank, { login_hint: lan.id_number, authorization_details: JSON.stringify([transaction]) });
  await phone.decide(await phone.open((await phone.list())[0]?.id ?? ''), { decision: 'approve' });
  const { body } = await poll(bank, asked.body['auth_req_id']);
  record = (body['authorization_details'] as { approval: { record: string } }[])[0]?.approval.record ?? '';
  idToken = String(body['id_token']);
});
afterAll(() => world.provider.stop());

const keysAt = async (url: string): Promise<JSONWebKeySet> => (await (await fetch(url)).json()) as JSONWebKeySet;
const verdict = (jwt: string, keys: JSONWebKeySet): Promise<string> =>
  jwtVerify(jwt, createLocalJWKSet(keys), { currentDate: new Date(0) }).then(
    () => 'valid',
    ({ code }: { code: string }) => code,
  );

describe('the record of a payment', () => {
  it('is verified years after the key that signed it was replaced, at the address that it and discovery name', async () => {
    const { signingKeys } = world.provider.application;
    const { issuer } = world.provider;
    const { kid, jku = '' } = decodeProtectedHeader(record);
    expect(jku).toBe(`${issuer}/jwks/records`);
    const discovery = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
    expect(discovery['approval_records_jwks_uri']).toBe(jku);
    expect(await verdict(record, await keysAt(jku))).toBe('valid');

    await signingKeys.rotate();
    world.clock.advance(2000 * dayMs);
    await signingKeys.rotate();
    const soon = { timeout: 20_000, interval: 100 };
    await expect.poll(async () => (await keysAt(`${issuer}/jwks`)).keys.map((key) => key.kid), soon).not.toContain(kid);
    expect(await verdict(record, await keysAt(`${issuer}/jwks`))).toBe('ERR_JWKS_NO_MATCHING_KEY');
    expect(await verdict(record, await keysAt(jku))).toBe('valid');
  });

  it('verifies with keys that have no private half there', async () => {
    const response = await fetch(`${world.provider.issuer}/jwks/records`);
    expect(response.headers.get('content-type')).toBe('application/jwk-set+json');
    for (const key of ((await response.json()) as JSONWebKeySet).keys)
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  it('that somebody else signed under the name of our key is none', async () => {
    const { kid = '', typ = '' } = decodeProtectedHeader(record);
    const key = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
    const forged = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid, typ }).sign(key.privateKey);
    expect(await verdict(forged, await keysAt(`${world.provider.issuer}/jwks/records`))).toBe(
      'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    );
  });

  it('stands in a key set of its own: the one for tokens forgets', async () => {
    expect(await verdict(idToken, await keysAt(`${world.provider.issuer}/jwks`))).toBe('ERR_JWKS_NO_MATCHING_KEY');
    expect((await fetch(`${world.provider.issuer}/jwks/Records`)).status).toBe(404);
  });

  it('is answered while the store is gone, by what was known', async () => {
    const { store } = world.provider.application;
    const scan = store.scan.bind(store);
    store.scan = () => Promise.reject(new Error('gone'));
    world.clock.advance(60_000);
    const answered = await fetch(`${world.provider.issuer}/jwks/records`);
    store.scan = scan;
    expect([answered.status, await verdict(record, (await answered.json()) as JSONWebKeySet)]).toEqual([200, 'valid']);
  });
});
