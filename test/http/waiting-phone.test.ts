import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '#src/accounts/account.ts';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import { devices } from '#src/devices/collections.ts';
import { requestDocument } from '#src/documents/request-document.ts';
import type { DeviceId } from '#src/kernel/identifier.ts';
import { createVirtualPhone, enrolPhone, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, registerBackchannelService } from '#test/support/backchannel-service.ts';
import { lan, openPhoneWorld, type PhoneWorld, refusalOf } from '#test/support/phone-world.ts';

const dayMs = 86_400_000;

let world: PhoneWorld;
/** The owner's. */
let phone: VirtualPhone;
/** Enrolled with a phished code of the account page, and the password. */
let thief: VirtualPhone;

beforeAll(async () => {
  // an agency that never answers: what it was asked about stays as it was sent
  world = await openPhoneWorld([lan], { SENID_AGENCY_URLS: 'traffic-police=http://127.0.0.1:9' });
});
afterAll(() => world.provider.stop());

const activeNow = async (): Promise<string[]> =>
  (await world.provider.application.devices.list(world.owner)).map(({ id }) => id).sort();
const idsOf = (...phones: readonly VirtualPhone[]): string[] => phones.map(({ state }) => state.deviceId).sort();

/** As production lets a phone in that nobody vouched for; here the wait is 0. */
async function waitingPhone(): Promise<VirtualPhone> {
  const { enrolmentCodes, store } = world.provider.application;
  const { code } = await enrolmentCodes.issue(world.owner, { vouched: false });
  const enrolled = createVirtualPhone(await enrolPhone(world.provider.issuer, code, { password: lan.password }));
  await store.patch(devices, enrolled.state.deviceId, {}, { set: { waitingUntil: world.clock.now() + dayMs } });
  return enrolled;
}

beforeEach(async () => {
  world.clock.reset();
  for (const id of await activeNow()) await world.provider.application.devices.revoke(world.owner, id);
  phone = await world.newPhone();
  thief = await waitingPhone();
});

describe('a phone that nobody vouched for, while its owner may still remove it', () => {
  it('does not vouch for another, which would wait for nothing', async () => {
    expect(await refusalOf(thief.vouch())).toBe('device_waiting');
  });

  it('does not remove the phone of its owner', async () => {
    expect(await refusalOf(thief.removeOther(phone.state.deviceId))).toBe('device_waiting');
    expect(await activeNow()).toEqual(idsOf(phone, thief));
  });

  it('is told from others in the list, leaves by itself, and may do both once its wait is over', async () => {
    expect(await phone.call('GET', '/devices')).toMatchObject({
      devices: expect.arrayContaining([
        expect.objectContaining({ id: phone.state.deviceId, state: 'active' }),
        expect.objectContaining({ id: thief.state.deviceId, state: 'waiting' }),
      ]),
    });
    await world.provider.application.store.patch(devices, thief.state.deviceId, {}, { set: { waitingUntil: world.clock.now() } });
    expect(await thief.vouch()).toMatch(/^.{5}-.{5}$/);
    await thief.removeOther(phone.state.deviceId);
    expect(await activeNow()).toEqual(idsOf(thief));
    await thief.call('DELETE', `/devices/${thief.state.deviceId}`);
    expect(await activeNow()).toEqual([]);
  });

  it('takes what a version before let it vouch for along when its owner removes it, and no other phone', async () => {
    const { store } = world.provider.application;
    await store.patch(devices, thief.state.deviceId, {}, { unset: ['waitingUntil'] });
    const second = createVirtualPhone(await enrolPhone(world.provider.issuer, await thief.vouch()));
    await store.patch(devices, thief.state.deviceId, {}, { set: { waitingUntil: world.clock.now() + dayMs } });
    await phone.removeOther(thief.state.deviceId);
    expect(await activeNow()).toEqual(idsOf(phone));
    expect(await refusalOf(second.list())).toBe('device_revoked');
    expect((await world.provider.application.accounts.get(world.owner))?.authenticators.devices).toBe(1);
    const removed = (await listAccountEvents(store, world.owner)).filter(({ type }) => type === 'device-removed');
    expect(removed.map(({ data }) => data['device'])).toEqual(expect.arrayContaining(idsOf(thief, second)));
  });

  it('does not read what stands in documents, nor put another in the place of one', async () => {
    const { documents, accounts } = world.provider.application;
    const account = await accounts.get(world.owner);
    await requestDocument(documents, account as Account, { type: 'driving_licence', number: '000190000901' }, 'self');
    expect(await phone.documents()).toMatchObject([{ type: 'driving_licence', number: '000190000901' }]);
    expect(await thief.documents()).toMatchObject([{ type: 'driving_licence', number: null, record: null }]);
    expect(JSON.stringify(await thief.call('GET', '/account'))).not.toContain('000190000901');
    expect(await refusalOf(thief.requestDocument('driving_licence', '000190000902'))).toBe('device_waiting');
  });

  it('ends with everything it was used for, by whatever phone it is removed, and once', async () => {
    const { accounts, devices: own } = world.provider.application;
    const validFrom = async () => (await accounts.get(world.owner))?.validFrom;
    const before = (await validFrom()) ?? 0;
    await phone.removeOther(thief.state.deviceId);
    const after = await validFrom();
    expect(after).toBeGreaterThan(before);
    expect(await own.revoke(world.owner, thief.state.deviceId)).toBeUndefined();
    await phone.call('DELETE', '');
    expect(await validFrom()).toBe(after);
  });

  it('approves no payment, however small; its owner’s phone does', async () => {
    const bank = await registerBackchannelService(world.provider, 'bank');
    const transaction = {
      type: 'senid_transaction',
      amount: { value: 1, currency: 'VND' },
      payee: { name: 'A', account: '1' },
      purpose: 'x',
      reference: 'y',
    };
    await ask(bank, { login_hint: lan.id_number, authorization_details: JSON.stringify([transaction]) });
    const approval = await thief.open((await thief.list())[0]?.id ?? '');
    expect(await refusalOf(thief.decide(approval, { decision: 'approve' }))).toBe('device_waiting');
    await phone.decide(await phone.open(approval.id), { decision: 'approve' });
  });

  it('leaves what a vouched phone let in when that one goes', async () => {
    const second = createVirtualPhone(await enrolPhone(world.provider.issuer, await phone.vouch()));
    await phone.call('DELETE', '');
    expect(await activeNow()).toEqual(idsOf(second, thief));
  });
});

describe('removing another phone', () => {
  const ask = async (more: object = {}, typ = 'device-removal-request+jwt', by: VirtualPhone = phone): Promise<unknown> =>
    phone.call('DELETE', `/devices/${thief.state.deviceId}`, {
      request: await by.signedRequest(typ, { removes: thief.state.deviceId, ...more }),
    });
  /** A copy of the device key, without what is behind the PIN. */
  const stolen = (): VirtualPhone => createVirtualPhone({ ...phone.state, approvalKey: phone.state.deviceKey });

  it('is not done for a stolen device key without the PIN', async () => {
    expect(await refusalOf(phone.call('DELETE', `/devices/${thief.state.deviceId}`))).toBe('request_malformed');
    expect(await refusalOf(stolen().removeOther(thief.state.deviceId))).toBe('removal_request_invalid');
    expect(await activeNow()).toEqual(idsOf(phone, thief));
  });

  it.each([
    ['about another phone', { removes: 'another' }],
    ['about none', { removes: undefined }],
    ['of another phone', { device: 'another' }],
    ['for another issuer', { aud: 'https://elsewhere.example' }],
    ['without the PIN', { user_verification: undefined }],
    ['that ended', { iat: Math.floor(Date.now() / 1000) - 61, exp: Math.floor(Date.now() / 1000) - 1 }],
    ['that lasts', { exp: Math.floor(Date.now() / 1000) + 3600 }],
  ])('does not take a request %s', async (_what, more) => {
    expect(await refusalOf(ask(more))).toBe('removal_request_invalid');
    expect(await activeNow()).toEqual(idsOf(phone, thief));
  });

  it('does not take a request for a code, nor one by another phone, in its place', async () => {
    expect(await refusalOf(ask({}, 'enrolment-code-request+jwt'))).toBe('removal_request_invalid');
    expect(await refusalOf(ask({}, undefined, thief))).toBe('removal_request_invalid');
  });

  it('is done by one of two that remove each other, never by both', async () => {
    const other = await world.newPhone();
    await Promise.allSettled([phone.removeOther(other.state.deviceId), other.removeOther(phone.state.deviceId)]);
    expect(await activeNow()).toHaveLength(2);
  });

  it('is not done by a phone that is removed in the same moment', async () => {
    const { store, devices: own } = world.provider.application;
    const other = await world.newPhone();
    const commit = store.commit.bind(store);
    store.commit = async (writes) => {
      store.commit = commit;
      await own.revoke(world.owner, phone.state.deviceId as DeviceId);
      await commit(writes);
    };
    expect(await refusalOf(phone.removeOther(other.state.deviceId))).toBe('device_revoked');
    expect(await activeNow()).toEqual(idsOf(other, thief));
  });
});
