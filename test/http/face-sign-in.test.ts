import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approvals } from '#src/approvals/collections.ts';
import { devices } from '#src/devices/collections.ts';
import { readPayload, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, poll, registerBackchannelService } from '#test/support/backchannel-service.ts';
import { faceOf, startMatcher } from '#test/support/matcher.ts';
import { lan, openPhoneWorld, type PhoneWorld, refusalOf } from '#test/support/phone-world.ts';
import { Service } from '#test/support/service.ts';

const minh = { ...lan, id_number: '000190000077', phone: '0912000077' };

let matcher: Awaited<ReturnType<typeof startMatcher>>;
let world: PhoneWorld;
let strict: Service;
let portal: Service;
/** A phone whose own word on biometrics counts for nothing, as every phone's in production. */
let phone: VirtualPhone;
let simulated: VirtualPhone;
beforeAll(async () => {
  matcher = await startMatcher();
  world = await openPhoneWorld([lan], { SENID_MATCHER_URL: matcher.address });
  strict = await Service.register(world.provider, 'strict', { min_acr: 'urn:senid:acr:id2-auth3' });
  portal = await Service.register(world.provider, 'portal', { min_acr: 'urn:senid:acr:id2-auth2' });
  phone = await world.newPhone();
  simulated = await world.newPhone();
  const { store } = world.provider.application;
  await store.patch(devices, phone.state.deviceId as never, {}, { set: { attestation: { class: 'none' } } });
});
afterAll(async () => {
  await world.provider.stop();
  await matcher.stop();
});

/** Presses on with what the phone has decided, to the tokens. */
async function finish({ browser, page, verifier }: Awaited<ReturnType<PhoneWorld['scanned']>>, service: Service) {
  let moved = await browser.open(page.url, {}, service.redirectUri);
  for (const button of ['continue', 'approve'] as const)
    if (moved.html.includes(`value="${button}"`)) moved = await browser.press(moved, button, {}, service.redirectUri);
  return decodeJwt((await service.redeem(moved, verifier)).tokens.id_token);
}

describe('a sign-in at authentication level 3 by a phone that proves no biometric itself', () => {
  it("takes the look of the register's matcher at the person, and says so in the token", async () => {
    const scanned = await world.scanned(strict, phone);
    const { approval, number } = scanned;
    expect(readPayload(approval)).toMatchObject({ face_required: true, acr: 'urn:senid:acr:id2-auth3' });
    const yes = { decision: 'approve', number, userVerification: 'face' } as const;
    expect(await refusalOf(phone.decide(approval, yes))).toBe('face_missing');
    expect(await refusalOf(phone.showFace(approval.id, faceOf(minh)))).toBe('face_not_matched');
    expect(await refusalOf(phone.decide(approval, yes))).toBe('face_missing');
    await phone.showFace(approval.id, faceOf(lan));
    await phone.decide(approval, yes);
    expect(await finish(scanned, strict)).toMatchObject({
      acr: 'urn:senid:acr:id2-auth3',
      amr: expect.arrayContaining(['face', 'swk', 'mfa']),
    });
  });

  it('is not made by a face that was seen for another sign-in', async () => {
    const first = await world.scanned(strict, phone);
    await phone.showFace(first.approval.id, faceOf(lan));
    const second = await world.scanned(strict, phone);
    expect(await refusalOf(phone.decide(second.approval, { decision: 'approve', number: second.number }))).toBe('face_missing');
  });

  it('waits while the matcher is down, and goes on when it is back', async () => {
    const { approval, number } = await world.scanned(strict, phone);
    await matcher.faults({ failing: true });
    expect(await refusalOf(phone.showFace(approval.id, faceOf(lan)))).toBe('face_unavailable');
    await matcher.faults({});
    await phone.showFace(approval.id, faceOf(lan));
    await phone.decide(approval, { decision: 'approve', number });
  });

  it('is asked of nobody for a lower level, nor of a virtual phone where its word counts', async () => {
    expect(readPayload((await world.scanned(portal, phone)).approval).face_required).toBe(false);
    const { approval, number } = await world.scanned(strict, simulated);
    expect(readPayload(approval).face_required).toBe(false);
    expect(await refusalOf(simulated.decide(approval, { decision: 'approve', number }))).toBe('level_too_low');
  });

  it('is what a request for level 4 or 3 comes down to in a strange browser: no dead end, and never more', async () => {
    const scanned = await world.scanned(portal, phone, { acr_values: 'urn:senid:acr:id2-auth4 urn:senid:acr:id2-auth3' });
    expect(readPayload(scanned.approval).acr).toBe('urn:senid:acr:id2-auth3');
    await phone.showFace(scanned.approval.id, faceOf(lan));
    await phone.decide(scanned.approval, { decision: 'approve', number: scanned.number });
    expect(await finish(scanned, portal)).toMatchObject({ acr: 'urn:senid:acr:id2-auth3' });
  });

  it('is the most that a request without a browser reaches: level 4 is answered as for somebody out of reach', async () => {
    const bank = await registerBackchannelService(world.provider, 'greedy-bank');
    const asked = await ask(bank, {
      login_hint: lan.id_number,
      binding_message: 'Xin chào',
      acr_values: 'urn:senid:acr:id2-auth4',
    });
    expect([asked.status, await world.provider.application.store.find(approvals, 'waiting', world.owner)]).toEqual([200, []]);
    expect((await poll(bank, asked.body['auth_req_id'])).body['error']).toBe('authorization_pending');
  });

  it('is needed for a request without a browser too', async () => {
    const bank = await registerBackchannelService(world.provider, 'bank');
    const asked = await ask(bank, {
      login_hint: lan.id_number,
      binding_message: 'Xin chào',
      acr_values: 'urn:senid:acr:id2-auth3',
    });
    const [waiting] = await world.provider.application.store.find(approvals, 'waiting', world.owner);
    const approval = await phone.open(waiting?.id ?? '');
    expect(readPayload(approval).face_required).toBe(true);
    expect(await refusalOf(phone.decide(approval, { decision: 'approve' }))).toBe('face_missing');
    await phone.showFace(approval.id, faceOf(lan));
    await phone.decide(approval, { decision: 'approve' });
    const { body } = await poll(bank, asked.body['auth_req_id']);
    const introspected = await bank.call('/token/introspection', { token: String(body['access_token']) }, {});
    expect(introspected.body).toMatchObject({ acr: 'urn:senid:acr:id2-auth3' });
    expect(decodeJwt(String(body['id_token']))).toMatchObject({ acr: 'urn:senid:acr:id2-auth3' });
  });
});
