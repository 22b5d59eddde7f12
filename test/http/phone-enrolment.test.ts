import { calculateJwkThumbprint } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unlockAccount } from '#src/accounts/locks.ts';
import { callDeviceApi, digest, seconds, sign } from '#src/phone/device-client.ts';
import { newKey, publicPart } from '#src/phone/phone-state.ts';
import { createVirtualPhone } from '#src/phone/virtual-phone.ts';
import { openPhoneWorld, type PhoneWorld, refusalOf } from '#test/support/phone-world.ts';

let world: PhoneWorld;

beforeAll(async () => {
  world = await openPhoneWorld();
});
afterAll(() => world.provider.stop());

interface Bend {
  readonly name?: string;
  readonly proofOf?: string;
  readonly header?: object;
  readonly keys?: readonly [Awaited<ReturnType<typeof newKey>>, Awaited<ReturnType<typeof newKey>>];
}

/** An enrolment with parts bent: the device's name, the code that the approval proof is about, the proof's header. */
async function enrol(code: string, { name = 'phone', proofOf = code, header, keys }: Bend = {}): Promise<unknown> {
  const [device, approval] = keys ?? [await newKey(), await newKey()];
  const claims = {
    aud: world.provider.issuer,
    code_hash: digest(proofOf.replace('-', '')),
    device_jkt: await calculateJwkThumbprint(publicPart(device)),
    iat: seconds(),
  };
  const body = {
    code,
    name,
    platform: 'cli',
    device_key: publicPart(device),
    approval_key: publicPart(approval),
    approval_proof: await sign(approval, { typ: 'approval-key-proof+jwt' }, claims),
    attestation: { class: 'simulated' },
  };
  const as = (header ?? { jwk: publicPart(device) }) as never;
  return callDeviceApi({ issuer: world.provider.issuer, method: 'POST', path: '/enrolments', body, key: device, as });
}

describe('enrolling', () => {
  it('again with the same key gives the same device, when the first answer was lost; with another key the code is used up', async () => {
    const code = await world.newCode();
    const keys = [await newKey(), await newKey()] as const;
    const first = (await enrol(code, { keys })) as { device_id: string };
    expect(await enrol(code, { keys })).toEqual(first);
    expect(await refusalOf(enrol(code))).toBe('enrolment_code_invalid');
    const phone = createVirtualPhone({ issuer: world.provider.issuer, deviceId: first.device_id, deviceKey: keys[0] } as never);
    await phone.lock();
    await phone.call('DELETE', '');
    expect(await refusalOf(enrol(code, { keys }))).toBe('enrolment_code_invalid');
    await unlockAccount(world.provider.application, world.owner, 'test');
  });

  it.each([null, 'text', 7, []])('with %j in the place of a key is refused, not a fault', async (jwk) => {
    expect(await refusalOf(enrol(await world.newCode(), { header: { jwk } }))).toMatch(/^(proof|enrolment)_invalid$/);
  });

  it.each(['\u0000', 'a\u202eb', 'two\nlines', '\u200b'])('under a name that hides what it says (%j) is refused', async (name) => {
    expect(await refusalOf(enrol(await world.newCode(), { name }))).toBe('request_malformed');
  });

  it('with a right code and a wrong proof can be tried ten times and no more', async () => {
    const code = await world.newCode();
    for (let tries = 0; tries < 10; tries += 1)
      expect(await refusalOf(enrol(code, { proofOf: 'other' }))).toBe('enrolment_invalid');
    expect(await refusalOf(enrol(code))).toBe('enrolment_code_invalid');
  });

  it('from one loopback address goes on in development, however many codes were wrong', async () => {
    for (let tries = 0; tries < 110; tries += 1) expect(await refusalOf(enrol('AAAAA-AAAAA'))).toBe('enrolment_code_invalid');
    await enrol(await world.newCode());
  });
});
