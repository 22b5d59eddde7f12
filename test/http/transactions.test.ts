import { createHash } from 'node:crypto';
import { compactVerify, createLocalJWKSet, decodeJwt, importJWK, type JSONWebKeySet, type JWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keepRecord, recordOf, signedDecisionOf } from '#src/approvals/signed-decision.ts';
import type { ApprovalId } from '#src/kernel/identifier.ts';
import { readPayload, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, poll, registerBackchannelService } from '#test/support/backchannel-service.ts';
import type { FapiService } from '#test/support/fapi-service.ts';
import { faceOf, startMatcher } from '#test/support/matcher.ts';
import { lan, openPhoneWorld, type PhoneWorld, refusalOf } from '#test/support/phone-world.ts';

const minh = { ...lan, id_number: '000190000077', phone: '0912000077' };

let matcher: Awaited<ReturnType<typeof startMatcher>>;
let world: PhoneWorld;
let bank: FapiService;
let phone: VirtualPhone;
let day = 0;
let others: readonly VirtualPhone[] | undefined;
beforeAll(async () => {
  matcher = await startMatcher();
  world = await openPhoneWorld([lan, minh], { SENID_MATCHER_URL: matcher.address });
  bank = await registerBackchannelService(world.provider, 'pay-bank', { allowed_claims: ['name', 'birthdate'] });
  phone = await world.newPhone();
});
afterAll(async () => {
  await world.provider.stop();
  await matcher.stop();
});
/** Another phone of the same person, who has three at most. */
let another: VirtualPhone | undefined;
const spare = async (): Promise<VirtualPhone> => {
  another ??= await world.newPhone();
  return another;
};
/** Each test is another service, so another sum of the day. */
beforeEach(async () => {
  day += 1;
  await matcher.faults({ latencyMs: 0, failing: false });
  for (const { id } of await phone.list()) await phone.decide(await phone.open(id), { decision: 'deny' });
  bank = await registerBackchannelService(world.provider, `pay-bank-${day}`, { allowed_claims: ['name', 'birthdate'] });
});

const payment = (value: unknown, more: object = {}) => ({
  type: 'senid_transaction',
  amount: { value, currency: 'VND' },
  payee: { name: 'Công ty Điện lực Hà Nội', account: '0011 2233 4455' },
  purpose: 'Tiền điện tháng 11',
  reference: 'HD-2026-11-0042',
  ...more,
});
const askFor = (details: readonly object[], service = bank, more = {}) =>
  ask(service, { login_hint: lan.id_number, authorization_details: JSON.stringify(details), ...more });
const opened = async () => phone.open((await phone.list())[0]?.id ?? 'none');
const approve = async (value: number, face?: Buffer): Promise<unknown> => {
  const asked = await askFor([payment(value)]);
  const approval = await opened();
  if (face !== undefined) await phone.showFace(approval.id, face);
  await phone.decide(approval, { decision: 'approve' });
  return asked.body['auth_req_id'];
};
const keysAt = async (path: string) => (await (await fetch(`${world.provider.issuer}${path}`)).json()) as JSONWebKeySet;
const publishedKeys = () => keysAt('/jwks');

describe('a transaction', () => {
  it('is shown in words, signed, returned in the token, and proven by public keys alone', async () => {
    const asked = await askFor([payment(250_000)]);
    const approval = await opened();
    expect(readPayload(approval)).toMatchObject({
      kind: 'transaction',
      transaction: payment(250_000),
      claims: [],
      face_required: false,
    });
    await phone.decide(approval, { decision: 'approve' });
    const { body } = await poll(bank, asked.body['auth_req_id']);
    const [detail] = body['authorization_details'] as { approval: { id: string; record: string } }[];
    expect(detail).toMatchObject({ ...payment(250_000), approval: { id: approval.id } });
    const introspected = await bank.call('/token/introspection', { token: String(body['access_token']) }, {});
    expect(introspected.body['authorization_details']).toEqual(body['authorization_details']);

    const { payload: record } = await jwtVerify(detail?.approval.record ?? '', createLocalJWKSet(await publishedKeys()), {
      issuer: world.provider.issuer,
      audience: bank.id,
      typ: 'approval-record+jwt',
    });
    expect(record.sub).toBe(decodeJwt(String(body['id_token'])).sub);
    const shown = Buffer.from(String(record['payload']), 'base64url');
    expect(JSON.parse(shown.toString())).toMatchObject({ transaction: payment(250_000) });
    const signed = await compactVerify(String(record['decision']), await importJWK(record['approval_key'] as JWK, 'ES256'));
    expect(JSON.parse(Buffer.from(signed.payload).toString())).toMatchObject({
      decision: 'approve',
      approval: approval.id,
      payload_hash: createHash('sha256').update(shown).digest('base64url'),
    });
  });

  it('is the same however often the service comes for it, and we keep what we signed', async () => {
    const id = await approve(250_000);
    const recordIn = async () => {
      const { body } = await poll(bank, id);
      return (body['authorization_details'] as { approval: { id: string; record: string } }[])[0]?.approval;
    };
    const given = await recordIn();
    const { store, sealing } = world.provider.application;
    const kept = await signedDecisionOf(store, given?.id as ApprovalId);
    expect(recordOf({ sealing }, kept as never)).toBe(given?.record);
    expect(await keepRecord({ store, sealing }, given?.id as ApprovalId, 'another')).toBe(given?.record);
  });

  it('is nowhere kept in the clear: who is paid, how much and what for', async () => {
    const id = await approve(250_000);
    await poll(bank, id);
    const { allCollections } = await import('#src/storage/collections.ts');
    const { store } = world.provider.application;
    const kept: string[] = [];
    for (const collection of allCollections) kept.push(JSON.stringify(await store.scan(collection, { limit: 1000 })));
    const decoded = kept.map((text) => text.replace(/[\w-]{60,}/g, (part) => Buffer.from(part, 'base64url').toString()));
    for (const text of ['Điện lực', '2233', 'Tiền điện', 'HD-2026'])
      expect([...kept, ...decoded].filter((one) => one.includes(text))).toEqual([]);
  });

  it('changed amount: a signature over other bytes approves nothing', async () => {
    await askFor([payment(250_000)]);
    const approval = await opened();
    const changed = { ...readPayload(approval), transaction: payment(1) };
    const forged = { ...approval, payload: Buffer.from(JSON.stringify(changed)).toString('base64url') };
    expect(await refusalOf(phone.decide(forged, { decision: 'approve' }))).toBe('payload_mismatch');
  });

  it.each([
    ['an amount as text', payment('250000')],
    ['a fraction', payment(0.5)],
    ['nothing', payment(0)],
    ['less than nothing', payment(-1)],
    ['too much to count', payment(2 ** 53)],
    ['another currency', { ...payment(1), amount: { value: 1, currency: 'USD' } }],
    ['no payee', { ...payment(1), payee: undefined }],
    ['a payee that turns the line', payment(1, { payee: { name: 'Lan\u202egnort', account: '1' } })],
    ['a payee of two lines', payment(1, { payee: { name: 'Lan\nTổng: 1đ', account: '1' } })],
    ['a member nobody knows', payment(1, { note: 'x' })],
    ['a long purpose', payment(1, { purpose: 'x'.repeat(201) })],
    ['an unknown type', { type: 'payment_initiation' }],
    ['no type', { amount: 1 }],
  ])('with %s is refused as invalid_authorization_details', async (_, detail) => {
    const answer = await askFor([detail]);
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_authorization_details']);
  });

  it.each([
    ['another', [payment(1), payment(2)], {}],
    ['claims by scope', [payment(1)], { scope: 'openid profile' }],
    ['claims by name', [payment(1)], { claims: JSON.stringify({ userinfo: { name: null } }) }],
    ['a data request', [payment(1), { type: 'senid_data_request', claims: ['name'], purpose: 'sign-in' }], {}],
  ])('together with %s is refused', async (_, details, more) => {
    expect((await askFor(details, bank, more)).body['error']).toBe('invalid_authorization_details');
  });

  it('is not asked for in a browser', async () => {
    const service = await (await import('#test/support/service.ts')).Service.register(world.provider, `web-${day}`);
    const { FormBrowser } = await import('#test/support/form-browser.ts');
    const { url } = service.authorize({ authorization_details: JSON.stringify([payment(1)]) });
    const page = await new FormBrowser().open(url, {}, service.redirectUri);
    expect(new URL(page.url).searchParams.get('error')).toBe('invalid_authorization_details');
  });
});

describe('the face, by policy', () => {
  it('is not needed for 10,000,000 đồng, and is for one more', async () => {
    await approve(10_000_000);
    bank = await registerBackchannelService(world.provider, `edge-${day}`);
    await askFor([payment(10_000_001)]);
    const approval = await opened();
    expect(readPayload(approval)).toMatchObject({ face_required: true, acr: 'urn:senid:acr:id2-auth3' });
    expect(await refusalOf(phone.decide(approval, { decision: 'approve' }))).toBe('face_missing');
    await phone.showFace(approval.id, faceOf(lan));
    await phone.decide(approval, { decision: 'approve' });
  });

  it('what a phone says of its own sensor is not the register’s look', async () => {
    await askFor([payment(50_000_000)]);
    const approval = await opened();
    expect(await refusalOf(phone.decide(approval, { decision: 'approve', userVerification: 'face' }))).toBe('face_missing');
  });

  it('stands in the token: level 3 or more, with the face', async () => {
    const { body } = await poll(bank, await approve(50_000_000, faceOf(lan)));
    const claims = decodeJwt(String(body['id_token']));
    expect(claims['acr']).toMatch(/id2-auth[34]$/);
    expect(claims['amr']).toEqual(expect.arrayContaining(['face', 'swk', 'mfa']));
  });

  it("stands in the token at the payment's level, although the service asked for less", async () => {
    const asked = await askFor([payment(50_000_000)], bank, { acr_values: 'urn:senid:acr:id2-auth2' });
    const approval = await opened();
    await phone.showFace(approval.id, faceOf(lan));
    await phone.decide(approval, { decision: 'approve' });
    const { body } = await poll(bank, asked.body['auth_req_id']);
    expect(decodeJwt(String(body['id_token']))['acr']).toMatch(/id2-auth[34]$/);
  });

  it('20,000,000 on one day go without it, one đồng more does not, and the next day begins anew', async () => {
    await approve(10_000_000);
    await approve(10_000_000);
    await askFor([payment(1)]);
    expect(await refusalOf(phone.decide(await opened(), { decision: 'approve' }))).toBe('face_missing');
    const other = await registerBackchannelService(world.provider, `elsewhere-${day}`);
    for (const { id } of await phone.list()) await phone.decide(await phone.open(id), { decision: 'deny' });
    await askFor([payment(10_000_000)], other);
    await phone.decide(await opened(), { decision: 'approve' });
  });

  it.each([1, 2, 3])('the sum of the day is race-proof (%i): of three at once, on three phones, two pass', async () => {
    others ??= [await spare(), await world.newPhone()];
    const phones = [phone, ...others];
    const approvals: { readonly one: VirtualPhone; readonly approval: Awaited<ReturnType<typeof opened>> }[] = [];
    for (const one of phones) {
      await askFor([payment(8_000_000)]);
      // read, so that the next one does not take its place; then answered by its phone while others are
      const ids = (await one.list()).map(({ id }) => id);
      const fresh = ids.find((id) => !approvals.some((known) => known.approval.id === id));
      if (fresh !== undefined) approvals.push({ one, approval: await one.open(fresh) });
      bank = await registerBackchannelService(world.provider, `pay-bank-${day}`, { allowed_claims: ['name', 'birthdate'] }).catch(
        () => bank,
      );
      if (approvals.length < phones.length) await releaseStarter();
    }
    const decided = await Promise.allSettled(approvals.map(({ one, approval }) => one.decide(approval, { decision: 'approve' })));
    const refused = decided.flatMap((each) => (each.status === 'rejected' ? [(each.reason as { code?: string }).code] : []));
    expect([approvals.length, refused]).toEqual([3, ['face_missing']]);
  });

  /** One request of a service at a time: the test looks away from that rule, not from the sum. */
  async function releaseStarter(): Promise<void> {
    const { approvals } = await import('#src/approvals/collections.ts');
    const { store } = world.provider.application;
    for (const { id } of await store.find(approvals, 'waiting', world.owner))
      await store.patch(approvals, id, {}, { set: { clientId: 'x' } });
  }

  it("somebody else's face, a picture of a picture and a covered lens are refused, a few times only", async () => {
    await askFor([payment(50_000_000)]);
    const { id } = await opened();
    expect(await refusalOf(phone.showFace(id, faceOf(minh)))).toBe('face_not_matched');
    expect(await refusalOf(phone.showFace(id, Buffer.concat([faceOf(lan), Buffer.from('not-alive')])))).toBe('face_not_matched');
    expect(await refusalOf(phone.showFace(id, Buffer.alloc(900)))).toBe('face_not_matched');
    const tries = await Promise.all(Array.from({ length: 8 }, () => refusalOf(phone.showFace(id, faceOf(minh)))));
    expect(tries.filter((code) => code === 'face_not_matched')).toHaveLength(2);
    expect(await refusalOf(phone.showFace(id, faceOf(lan)))).toBe('rate_limited');
  });

  it('a face that was seen for one payment does not do for another', async () => {
    await approve(50_000_000, faceOf(lan));
    await askFor([payment(50_000_000)]);
    expect(await refusalOf(phone.decide(await opened(), { decision: 'approve' }))).toBe('face_missing');
  });

  it('a face that was shown on one phone does not do for a yes from another, nor the other way about', async () => {
    const other = await spare();
    await askFor([payment(50_000_000)]);
    const approval = await opened();
    await phone.showFace(approval.id, faceOf(lan));
    const elsewhere = await other.open(approval.id);
    expect(await refusalOf(other.decide(elsewhere, { decision: 'approve' }))).toBe('face_missing');
    await other.showFace(approval.id, faceOf(lan));
    expect(await refusalOf(phone.decide(approval, { decision: 'approve' }))).toBe('face_missing');
    await other.decide(elsewhere, { decision: 'approve' });
  });

  it('a matcher that is down uses no try up, however many look at once, and gives none more to guess with', async () => {
    await askFor([payment(50_000_000)]);
    const { id } = await opened();
    expect(await refusalOf(phone.showFace(id, faceOf(minh)))).toBe('face_not_matched');
    await matcher.faults({ failing: true });
    for (const _ of [1, 2]) {
      const codes = await Promise.all(Array.from({ length: 6 }, () => refusalOf(phone.showFace(id, faceOf(lan)))));
      expect(codes.filter((code) => code === 'face_unavailable').length).toBeGreaterThan(0);
    }
    await matcher.faults({ failing: false });
    const tries = await Promise.all(Array.from({ length: 8 }, () => refusalOf(phone.showFace(id, faceOf(minh)))));
    expect(tries.filter((code) => code === 'face_not_matched')).toHaveLength(4);
    expect(await refusalOf(phone.showFace(id, faceOf(lan)))).toBe('rate_limited');
  });

  it('fails closed while the matcher is down, and goes on when it is back', async () => {
    await askFor([payment(50_000_000)]);
    const approval = await opened();
    await matcher.faults({ failing: true });
    expect(await refusalOf(phone.showFace(approval.id, faceOf(lan)))).toBe('face_unavailable');
    await matcher.faults({ failing: false });
    await phone.showFace(approval.id, faceOf(lan));
    await phone.decide(approval, { decision: 'approve' });
  });
});

describe('a data request', () => {
  const wanted = (more: object = {}) => ({
    type: 'senid_data_request',
    claims: ['name', 'birthdate'],
    purpose: 'sign-in',
    ...more,
  });

  it('gives what was granted, says so in the token, and ends when it said', async () => {
    const until = new Date(Date.now() + 3600_000).toISOString();
    const asked = await askFor([wanted({ until })]);
    const approval = await opened();
    expect(readPayload(approval)).toMatchObject({ kind: 'data-request', claims: [{ name: 'name' }, { name: 'birthdate' }], until });
    await phone.decide(approval, { decision: 'approve', granted: ['birthdate'] });
    const { body } = await poll(bank, asked.body['auth_req_id']);
    expect(body['authorization_details']).toMatchObject([{ type: 'senid_data_request', claims: ['birthdate'] }]);
    const userinfo = async () => {
      const response = await fetch(`${world.provider.issuer}/me`, {
        headers: { authorization: `Bearer ${String(body['access_token'])}` },
      });
      return (await response.json()) as Record<string, unknown>;
    };
    expect(Object.keys(await userinfo()).sort()).toEqual(['birthdate', 'sub']);
    world.clock.advance(3601_000);
    expect(Object.keys(await userinfo())).not.toContain('birthdate');
    world.clock.reset();
  });

  it('shows again what was granted before, and gives only what is granted now', async () => {
    const decided = async (granted: string[]) => {
      const asked = await askFor([wanted()]);
      const approval = await opened();
      expect(readPayload(approval).claims.map(({ name }) => name)).toEqual(['name', 'birthdate']);
      await phone.decide(approval, { decision: 'approve', granted });
      const { body } = await poll(bank, asked.body['auth_req_id']);
      return body['authorization_details'];
    };
    expect(await decided(['name', 'birthdate'])).toMatchObject([{ claims: ['name', 'birthdate'] }]);
    expect(await decided(['name'])).toMatchObject([{ claims: ['name'] }]);
    expect(await decided(['birthdate'])).toMatchObject([{ claims: ['birthdate'] }]);
  });

  it('a yes to words or a purpose that the service has changed while the phone was open is none', async () => {
    const { registry } = world.provider.application;
    const before = await registry.show(bank.id);
    const asked = await askFor([wanted()]);
    const approval = await opened();
    for (const id of ['sign-in', 'marketing']) {
      await registry.put({ ...before, purposes: [{ id, vi: 'Quảng cáo', en: 'Marketing' }] });
      expect(await refusalOf(phone.decide(approval, { decision: 'approve', granted: ['name'] }))).toBe('approval_outdated');
    }
    await registry.put(before);
    await phone.decide(approval, { decision: 'approve', granted: ['name'] });
    expect((await poll(bank, asked.body['auth_req_id'])).status).toBe(200);
  });

  it.each([
    ['a claim outside the registration', wanted({ claims: ['email'] })],
    ['no claim', wanted({ claims: [] })],
    ['a purpose nobody registered', wanted({ purpose: 'marketing' })],
    ['an end that has passed', wanted({ until: '2020-01-01T00:00:00Z' })],
    ['an end that never comes', wanted({ until: '2099-01-01T00:00:00Z' })],
    ['an end that is no moment', wanted({ until: 'tomorrow' })],
  ])('for %s is refused', async (_, detail) => {
    expect((await askFor([detail])).body['error']).toBe('invalid_authorization_details');
  });

  it('in a browser asks on the consent page and says in the token what was agreed', async () => {
    const { Service } = await import('#test/support/service.ts');
    const { FormBrowser } = await import('#test/support/form-browser.ts');
    const service = await Service.register(world.provider, `data-${day}`, { allowed_claims: ['name', 'birthdate'] });
    const { tokens } = await service.signIn(new FormBrowser(), lan, { authorization_details: JSON.stringify([wanted()]) }, [
      'name',
    ]);
    expect(tokens).toMatchObject({ authorization_details: [{ type: 'senid_data_request', claims: ['name'], purpose: 'sign-in' }] });
    expect(await service.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
  });

  it('in a browser says when it ends, and ends then', async () => {
    const { Service } = await import('#test/support/service.ts');
    const { FormBrowser } = await import('#test/support/form-browser.ts');
    const service = await Service.register(world.provider, `ends-${day}`, { allowed_claims: ['name', 'birthdate'] });
    const until = new Date(Date.now() + 1800_000).toISOString();
    const browser = new FormBrowser();
    const { url, verifier } = service.authorize({ authorization_details: JSON.stringify([wanted({ until })]) });
    const asked = await browser.press(await browser.open(url), 'continue', { id_number: lan.id_number, password: lan.password });
    expect(asked.html).toContain('What you agree to here ends on');
    const back = await browser.press(asked, 'approve', { grant: ['name'] }, service.redirectUri);
    const { tokens } = await service.redeem(back, verifier);
    expect(await service.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
    world.clock.advance(1801_000);
    expect(await service.userinfo(tokens)).not.toHaveProperty('name');
    world.clock.reset();
  });

  it('in a browser asks again for what was granted before without an end, so that the end it names is kept', async () => {
    const { Service } = await import('#test/support/service.ts');
    const { FormBrowser } = await import('#test/support/form-browser.ts');
    const service = await Service.register(world.provider, `again-${day}`, { allowed_claims: ['name', 'birthdate'] });
    const browser = new FormBrowser();
    const first = await service.signIn(browser, lan, { scope: 'openid profile' }, ['name']);
    expect(await service.userinfo(first.tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
    const until = new Date(Date.now() + 600_000).toISOString();
    const { url, verifier } = service.authorize({ authorization_details: JSON.stringify([wanted({ claims: ['name'], until })]) });
    const asked = await browser.open(url, {}, service.redirectUri);
    expect(asked.html).toContain('value="name"');
    const back = await browser.press(asked, 'approve', { grant: ['name'] }, service.redirectUri);
    const { tokens } = await service.redeem(back, verifier);
    expect(await service.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
    world.clock.advance(601_000);
    expect(await service.userinfo(tokens)).not.toHaveProperty('name');
    world.clock.reset();
  });

  it('is no longer said of a claim that was taken back, at introspection and in the next token', async () => {
    const asked = await askFor([wanted()]);
    await phone.decide(await opened(), { decision: 'approve', granted: ['name', 'birthdate'] });
    const { body } = await poll(bank, asked.body['auth_req_id']);
    const said = async () => {
      const { body: told } = await bank.call('/token/introspection', { token: String(body['access_token']) }, {});
      return (told['authorization_details'] as { claims: string[] }[] | undefined)?.map(({ claims }) => claims);
    };
    expect(await said()).toEqual([['name', 'birthdate']]);
    const [consent] = (await phone.consents()).filter(({ client_id: id }) => id === bank.id);
    await phone.withdraw(consent?.id ?? '', 'birthdate');
    expect(await said()).toEqual([['name']]);
  });
});
