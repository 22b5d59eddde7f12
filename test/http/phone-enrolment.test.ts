import { calculateJwkThumbprint } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endEverySignIn, lockAccount, unlockAccount } from '#src/accounts/locks.ts';
import { enrolmentCodes } from '#src/devices/collections.ts';
import { callDeviceApi, digest, seconds, sign } from '#src/phone/device-client.ts';
import { newKey, publicPart } from '#src/phone/phone-state.ts';
import { createVirtualPhone, type VirtualPhone } from '#src/phone/virtual-phone.ts';
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

const lock = () => lockAccount(world.provider.application, world.owner, { ground: 'own-request', by: 'self' });
const unlock = () => unlockAccount(world.provider.application, world.owner, 'test');
const end = () => endEverySignIn(world.provider.application, world.owner);

describe('a code that a phone vouched for', () => {
  const phones: VirtualPhone[] = [];
  let thief: VirtualPhone;
  let code: string;
  beforeEach(async () => {
    for (const each of await world.provider.application.devices.list(world.owner))
      await world.provider.application.devices.revoke(world.owner, each.id);
    phones.splice(0, 2, await world.newPhone(), await world.newPhone());
    thief = phones[0] as VirtualPhone;
    code = await thief.vouch();
  });
  const remove = (): Promise<unknown> => (phones[1] as VirtualPhone).removeOther(thief.state.deviceId);
  const ways = [
    ['its phone was removed', remove],
    ['everything of the account was ended', end],
    ['the account was locked and unlocked', () => lock().then(unlock)],
  ] as const;

  it('lets another phone in', async () => {
    expect(await enrol(code)).toMatchObject({ device_id: expect.any(String) });
  });

  it.each(ways)('does not let a thief back in after %s', async (_way, happen) => {
    await happen();
    expect(await refusalOf(enrol(code))).toBe('enrolment_code_invalid');
    expect(await refusalOf(enrol(code, { proofOf: 'other' }))).toBe('enrolment_code_invalid');
    await enrol(await (phones[1] as VirtualPhone).vouch());
  });

  it.each(ways)('does not let a thief in who enrols in the moment in which %s', async (_way, happen) => {
    const { store, devices } = world.provider.application;
    const before = await devices.list(world.owner);
    const commit = store.commit.bind(store);
    store.commit = async (writes) => {
      store.commit = commit;
      await happen();
      await commit(writes);
    };
    expect(await refusalOf(enrol(code))).toBe('enrolment_code_invalid');
    expect(before.map(({ id }) => id)).toEqual(expect.arrayContaining((await devices.list(world.owner)).map(({ id }) => id)));
  });

  it.each(ways)('gives way to it when both come at once: %s', async (_way, happen) => {
    const [enrolled] = await Promise.allSettled([enrol(code), happen()]);
    const active = await world.provider.application.devices.list(world.owner);
    const isIn = enrolled.status === 'fulfilled';
    expect(active.filter(({ name }) => name === 'phone')).toHaveLength(isIn ? 1 : 0);
    expect((await world.provider.application.accounts.get(world.owner))?.authenticators.devices).toBe(active.length);
  });

  it('of a version before, which remembers neither phone nor ending, still works', async () => {
    const { store } = world.provider.application;
    const [issued] = (await store.scan(enrolmentCodes, { limit: 1000 })).filter(({ vouchedBy: by }) => by === thief.state.deviceId);
    await store.patch(enrolmentCodes, issued?.id ?? '', {}, { unset: ['vouchedBy', 'under'] });
    await remove();
    await enrol(code);
  });
});

describe('a code from a desk', () => {
  it('does not outlive the ending of everything, nor let anybody into a locked account', async () => {
    const code = await world.newCode();
    await end();
    expect(await refusalOf(enrol(code))).toBe('enrolment_code_invalid');
    await lock();
    expect(await refusalOf(enrol(await world.newCode()))).toBe('account_locked');
    await unlock();
  });
});
