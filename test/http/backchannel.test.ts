import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import { lockAccount } from '#src/accounts/locks.ts';
import { approvals } from '#src/approvals/collections.ts';
import { outbox } from '#src/outbox/collections.ts';
import type { VirtualPhone } from '#src/phone/virtual-phone.ts';
import { readPayload } from '#src/phone/virtual-phone.ts';
import { ask, endPauses, poll, registerBackchannelService } from '#test/support/backchannel-service.ts';
import type { FapiService } from '#test/support/fapi-service.ts';
import { lan, openPhoneWorld, type PhoneWorld, refusalOf } from '#test/support/phone-world.ts';

const minh = { ...lan, id_number: '000190000077', name: { family: 'Trần', middle: '', given: 'Minh' }, phone: '0912000077' };
const quiet = { ...lan, id_number: '000190000078', phone: '0912000078' };

let world: PhoneWorld;
let bank: FapiService;
let phone: VirtualPhone;
beforeAll(async () => {
  world = await openPhoneWorld([lan, minh, quiet]);
  bank = await registerBackchannelService(world.provider, 'ciba-bank', { allowed_claims: ['name', 'birthdate', 'address'] });
  phone = await world.newPhone();
});
afterAll(() => world.provider.stop());
/** Nothing of the test before waits. */
beforeEach(async () => {
  world.clock.reset();
  await endPauses(world.provider);
  for (const { id } of await phone.list()) await phone.decide(await phone.open(id), { decision: 'deny' });
});

const byHint = (more: Readonly<Record<string, string>> = {}) =>
  ask(bank, { login_hint: lan.id_number, binding_message: 'Mở tài khoản 77', ...more });
const waiting = async (): Promise<string> => (await phone.list())[0]?.id ?? 'none';

describe('a service asks a person by itself', () => {
  it('the person sees who asks, for what and with which values, grants a part, and the service gets that part', async () => {
    const asked = await byHint({ scope: 'openid profile' });
    expect(asked.body).toMatchObject({ auth_req_id: expect.any(String), expires_in: 300, interval: 5 });
    expect((await poll(bank, asked.body['auth_req_id'])).body['error']).toBe('authorization_pending');
    const approval = await phone.open(await waiting());
    const payload = readPayload(approval);
    expect(payload).toMatchObject({
      started_by: 'service',
      client: { client_id: 'ciba-bank', domain: 'ciba-bank.example' },
      binding_message: 'Mở tài khoản 77',
      from: null,
      number_required: false,
      transaction: null,
    });
    expect(payload.claims.map(({ name, value }) => [name, value])).toEqual([
      ['name', 'Nguyễn Thị Lan'],
      ['birthdate', '1990-02-01'],
    ]);
    await phone.decide(approval, { decision: 'approve', granted: ['name'] });
    world.clock.advance(6000);
    const { status, body } = await poll(bank, asked.body['auth_req_id']);
    expect(status).toBe(200);
    expect(decodeJwt(String(body['id_token']))).toMatchObject({ acr: 'urn:senid:acr:id2-auth2', aud: 'ciba-bank' });
    const userinfo = await fetch(`${world.provider.issuer}/me`, {
      headers: { authorization: `Bearer ${String(body['access_token'])}` },
    });
    expect(await userinfo.json()).toMatchObject({ name: 'Nguyễn Thị Lan' });
    expect(await phone.list()).toEqual([]);
    expect((await poll(bank, asked.body['auth_req_id'])).body['error']).toBe('invalid_grant');
  });

  it('by phone number, and by an ID token of its own', async () => {
    expect((await byHint({ login_hint: '0912 000 001' })).status).toBe(200);
    const approval = await phone.open(await waiting());
    await phone.decide(approval, { decision: 'deny' });
    const first = await byHint();
    await phone.decide(await phone.open(await waiting()), { decision: 'approve' });
    const { body } = await poll(bank, first.body['auth_req_id']);
    world.clock.advance(1000);
    const again = await ask(bank, { id_token_hint: String(body['id_token']), binding_message: 'Xác nhận lại' });
    expect(again.status).toBe(200);
    expect(readPayload(await phone.open(await waiting())).binding_message).toBe('Xác nhận lại');
  });

  it('a refusal is told as access_denied, once', async () => {
    const asked = await byHint();
    await phone.decide(await phone.open(await waiting()), { decision: 'deny' });
    expect((await poll(bank, asked.body['auth_req_id'])).body['error']).toBe('access_denied');
    expect((await poll(bank, asked.body['auth_req_id'])).body['error']).toBe('invalid_grant');
  });

  it('who polls too fast is told to slow down, and waits longer each time', async () => {
    const asked = await byHint();
    const once = async () => (await poll(bank, asked.body['auth_req_id'])).body['error'];
    expect([await once(), await once()]).toEqual(['authorization_pending', 'slow_down']);
    world.clock.advance(6000);
    expect(await once()).toBe('slow_down');
    world.clock.advance(16_000);
    expect(await once()).toBe('authorization_pending');
  });

  it('of polls that come at the same moment one is on time', async () => {
    const id = (await byHint()).body['auth_req_id'];
    const answers = await Promise.all(Array.from({ length: 6 }, () => poll(bank, id)));
    const errors = answers.map(({ body }) => body['error']).sort();
    expect(errors).toEqual(['authorization_pending', ...Array(5).fill('slow_down')]);
  });

  it('a request that nobody answers expires, on the phone as at the service', async () => {
    const asked = await byHint({ requested_expiry: '60' });
    expect(asked.body['expires_in']).toBe(60);
    const approval = await phone.open(await waiting());
    world.clock.advance(61_000);
    expect(await phone.list()).toEqual([]);
    expect(await refusalOf(phone.decide(approval, { decision: 'approve' }))).toBe('approval_expired');
    expect((await poll(bank, asked.body['auth_req_id'])).body['error']).toBe('expired_token');
  });

  it('never waits longer than ten minutes', async () => {
    expect((await byHint({ requested_expiry: '86400' })).body['expires_in']).toBe(600);
  });
});

describe('enumeration by back channel', () => {
  it('an unknown person, one without a phone, one out of reach and a locked one are answered as all others are', async () => {
    await lockAccount(
      world.provider.application,
      (await world.provider.application.accounts.findByIdNumber(minh.id_number))?.id as never,
      {
        ground: 'own-request',
        by: 'self',
      },
    );
    const hints = ['000190009999', '0912999999', minh.id_number, quiet.id_number];
    for (const hint of hints) {
      const asked = await byHint({ login_hint: hint });
      expect([asked.status, Object.keys(asked.body).sort()]).toEqual([200, ['auth_req_id', 'expires_in', 'interval']]);
      expect((await poll(bank, asked.body['auth_req_id'])).body['error']).toBe('authorization_pending');
    }
    expect(await phone.list()).toEqual([]);
  });

  it('the store is asked as often for somebody unknown as for somebody known', async () => {
    const { store } = world.provider.application;
    const count = async (hint: string): Promise<number> => {
      let calls = 0;
      const real = store.get.bind(store);
      const counting = (...call: Parameters<typeof store.get>) => {
        calls += 1;
        return real(...call);
      };
      Object.assign(store, { get: counting });
      await byHint({ login_hint: hint });
      Object.assign(store, { get: real });
      return calls;
    };
    expect(await count('000190009998')).toBe(await count(lan.id_number));
  });

  it('does not take an ID token that another service got, nor a hint of a kind that was not registered', async () => {
    const plain = await registerBackchannelService(world.provider, 'plain-bank', { login_hints: ['phone'] });
    const refused = await ask(plain, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_request']);
    const asked = await byHint();
    await phone.decide(await phone.open(await waiting()), { decision: 'approve' });
    const { body } = await poll(bank, asked.body['auth_req_id']);
    const stolen = await ask(plain, { id_token_hint: String(body['id_token']), binding_message: 'Xin chào' });
    expect(stolen.status === 400 || (await phone.list()).length === 0).toBe(true);
  });
});

describe('what a service may not do', () => {
  it.each([
    ['nothing', undefined],
    ['three signs', 'abc'],
    ['65 signs', 'x'.repeat(65)],
    ['a link', 'Xem https://evil.example/x'],
    ['a bare domain', 'vào vneid-giả.com nhé'],
    ['a turned direction', 'tài khoản \u202e77'],
    ['two lines', 'một\nhai'],
    ['decomposed letters', 'Mở'.normalize('NFD').padEnd(6, 'x')],
  ])('show a person %s as its message', async (_, message) => {
    const answer = await ask(bank, { login_hint: lan.id_number, ...(message === undefined ? {} : { binding_message: message }) });
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_binding_message']);
  });

  it('bomb a person: one request of a service at a time, three of all, and none takes the place of one that is being read', async () => {
    const others = await Promise.all([1, 2, 3].map((n) => registerBackchannelService(world.provider, `other-${n}`)));
    for (let n = 0; n < 3; n += 1) await byHint({ binding_message: `lần thứ ${n}` });
    const [only] = await phone.list();
    expect(await phone.list()).toHaveLength(1);
    const read = await phone.open(only?.id ?? '');
    expect(readPayload(read).binding_message).toBe('lần thứ 2');
    await byHint({ binding_message: 'chen ngang' });
    expect((await phone.list()).map(({ id }) => id)).toEqual([read.id]);
    for (const other of others) await ask(other, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    expect(await phone.list()).toHaveLength(3);
  });

  it('wear a person down: after three requests without a yes it has to pause for half an hour, nobody else has, and the person is told', async () => {
    const { store } = world.provider.application;
    const nagging = await registerBackchannelService(world.provider, 'nagging-bank');
    const other = await registerBackchannelService(world.provider, 'patient-bank');
    const waitingFor = () => store.find(approvals, 'waiting', world.owner);
    const seen = new Set<string>();
    const isShown: boolean[] = [];
    const answers: unknown[] = [];
    const nag = async () => {
      const asked = await ask(nagging, { login_hint: lan.id_number, binding_message: 'Xin chào' });
      answers.push([asked.status, Object.keys(asked.body).sort()]);
      const found = (await waitingFor()).filter(({ id, clientId }) => clientId === 'nagging-bank' && !seen.has(id));
      isShown.push(found.length === 1);
      for (const { id } of found) seen.add(id);
      world.clock.advance(60_000);
    };
    for (let n = 0; n < 6; n += 1) await nag();
    expect(isShown).toEqual([true, true, true, false, false, false]);
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
    const before = (await waitingFor()).length;
    await ask(other, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    expect(await waitingFor()).toHaveLength(before + 1);
    const told = async () =>
      (await listAccountEvents(store, world.owner)).filter(({ data }) => data['client'] === 'nagging-bank').map(({ type }) => type);
    // when the third one's time is over
    expect(await told()).toEqual([]);
    world.clock.advance(2 * 60_000);
    await expect.poll(told).toEqual(['service-paused']);
    world.clock.advance(22 * 60_000);
    await nag();
    // half an hour after the third request
    world.clock.advance(60_000);
    await nag();
    expect(isShown.slice(6)).toEqual([false, true]);
    expect(await told()).toEqual(['service-paused']);
  });

  it('tells nobody of a pause that a yes has ended', async () => {
    const { store } = world.provider.application;
    const late = await registerBackchannelService(world.provider, 'late-bank');
    for (let n = 0; n < 3; n += 1) await ask(late, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    await phone.decide(await phone.open(await waiting()), { decision: 'approve' });
    world.clock.advance(6 * 60_000);
    const waits = async () =>
      (await store.find(outbox, 'state', 'waiting')).filter(({ content }) => content['clientId'] === 'late-bank');
    await expect.poll(waits).toEqual([]);
    const events = await listAccountEvents(store, world.owner);
    expect(events.filter(({ type, data }) => type === 'service-paused' && data['client'] === 'late-bank')).toEqual([]);
  });

  it('ask without end: more requests in a minute than policy says are refused, with when to come back', async () => {
    const endless = await registerBackchannelService(world.provider, 'endless-bank');
    const { requestsAMinute } = world.provider.application.backchannel.backchannelPolicy;
    const { policy } = world.provider.application;
    expect(requestsAMinute).toBe(policy.backchannel.requestsAMinute);
    const statuses: number[] = [];
    for (let n = 0; n <= requestsAMinute; n += 100)
      statuses.push(
        ...(await Promise.all(
          // refused afterwards for its message, so that nothing is written
          Array.from({ length: 100 }, () => ask(endless, { login_hint: lan.id_number, binding_message: 'Xin chào' })),
        ).then((answers) => answers.map(({ status }) => status))),
      );
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    const refused = await ask(endless, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect((await byHint()).status).toBe(200);
  });

  it('use a user code, a login_hint_token, or two hints', async () => {
    expect((await byHint({ user_code: '1234' })).body['error']).toBe('invalid_request');
    const metadata = await fetch(`${world.provider.issuer}/.well-known/openid-configuration`);
    expect(await metadata.json()).toMatchObject({ backchannel_user_code_parameter_supported: false });
    expect((await byHint({ login_hint_token: 'x' })).body['error']).toBe('invalid_request');
    expect((await ask(bank, { binding_message: 'Xin chào' })).body['error']).toBe('invalid_request');
  });

  it("poll another service's request, or make it wait", async () => {
    const thief = await registerBackchannelService(world.provider, 'thief');
    const asked = await byHint();
    await phone.decide(await phone.open(await waiting()), { decision: 'approve' });
    for (let n = 0; n < 3; n += 1) expect((await poll(thief, asked.body['auth_req_id'])).body['error']).toBe('invalid_grant');
    expect((await poll(bank, asked.body['auth_req_id'])).status).toBe(200);
  });
});

describe('races and late changes', () => {
  it('does not let an approval be used twice: of twenty polls at once one gets tokens', async () => {
    const asked = await byHint();
    await phone.decide(await phone.open(await waiting()), { decision: 'approve' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => poll(bank, asked.body['auth_req_id'])));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('of two phones that decide at once one is heard, and both saw the same bytes', async () => {
    const second = await world.newPhone();
    const asked = await byHint();
    const id = await waiting();
    const [one, other] = await Promise.all([phone.open(id), second.open(id)]);
    expect(one.payload).toBe(other.payload);
    const decided = await Promise.allSettled([
      phone.decide(one, { decision: 'approve' }),
      second.decide(other, { decision: 'deny' }),
    ]);
    expect(decided.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { body } = await poll(bank, asked.body['auth_req_id']);
    expect(body['error'] === 'access_denied' || typeof body['access_token'] === 'string').toBe(true);
  });

  it("another person's phone does not find it", async () => {
    const { application } = world.provider;
    const owner = await application.accounts.findByIdNumber(quiet.id_number);
    const { code } = await application.enrolmentCodes.issue(owner?.id as never, { vouched: true });
    const { enrolPhone, createVirtualPhone } = await import('#src/phone/virtual-phone.ts');
    const stranger = createVirtualPhone(await enrolPhone(world.provider.issuer, code));
    await byHint();
    const id = await waiting();
    expect(await refusalOf(stranger.open(id))).toBe('approval_not_found');
    const own = await phone.open(id);
    expect(await refusalOf(stranger.decide(own, { decision: 'approve' }))).toBe('approval_not_found');
  });

  it('approve after lock: what was approved before gives no tokens', async () => {
    const world2 = await openPhoneWorld();
    try {
      const service = await registerBackchannelService(world2.provider, 'late');
      const own = await world2.newPhone();
      const asked = await ask(service, { login_hint: lan.id_number, binding_message: 'Xin chào' });
      await own.decide(await own.open((await own.list())[0]?.id ?? ''), { decision: 'approve' });
      await lockAccount(world2.provider.application, world2.owner, { ground: 'own-request', by: 'self' });
      expect((await poll(service, asked.body['auth_req_id'])).status).toBe(400);
    } finally {
      await world2.provider.stop();
    }
  });

  it('the yes of a phone that its owner removes before the service comes for it gives no tokens', async () => {
    const thief = await world.newPhone();
    const asked = await byHint();
    await thief.decide(await thief.open(await waiting()), { decision: 'approve' });
    await phone.removeOther(thief.state.deviceId);
    expect((await poll(bank, asked.body['auth_req_id'])).body['error']).toBe('access_denied');
  });

  it('a token of a sign-in at level 1 says so, and gives nothing of level 2', async () => {
    const asked = await byHint({ scope: 'openid profile', acr_values: 'urn:senid:acr:id1-auth2' });
    await phone.decide(await phone.open(await waiting()), { decision: 'approve' });
    const { body } = await poll(bank, asked.body['auth_req_id']);
    const { acr, auth_time: at } = decodeJwt(String(body['id_token']));
    expect(acr).toBe('urn:senid:acr:id1-auth2');
    const introspected = await bank.call('/token/introspection', { token: String(body['access_token']) }, {});
    expect(introspected.body).toMatchObject({ acr, auth_time: at });
  });
});

it('what is kept names nobody: no ID number, phone number or message in the clear', async () => {
  await byHint({ login_hint: '0912000001', binding_message: 'Bí mật 4711' });
  const { store } = world.provider.application;
  const { allCollections } = await import('#src/storage/collections.ts');
  const kept: string[] = [];
  for (const collection of allCollections) kept.push(JSON.stringify(await store.scan(collection, { limit: 1000 })));
  for (const text of ['0912000001', '+84912000001', 'Bí mật 4711']) expect(kept.filter((one) => one.includes(text))).toEqual([]);
});

describe('ping', () => {
  interface Call {
    readonly authorization: string | undefined;
    readonly body: unknown;
  }
  const calls: Call[] = [];
  let answers: number[] = [];
  let server: Server;
  let pinged: FapiService;
  beforeAll(async () => {
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => (text += part.toString()));
      request.on('end', () => {
        calls.push({ authorization: request.headers.authorization, body: JSON.parse(text) });
        const status = answers.shift() ?? 204;
        response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const { port } = server.address() as AddressInfo;
    pinged = await registerBackchannelService(world.provider, 'ping-bank', {
      backchannel_token_delivery_mode: 'ping',
      backchannel_client_notification_endpoint: `http://localhost:${port}/ping`,
    });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    calls.length = 0;
    answers = [];
  });

  const askPinged = (more = {}) =>
    ask(pinged, {
      login_hint: lan.id_number,
      binding_message: 'Xin chào',
      client_notification_token: 'a-token_of~theirs',
      ...more,
    });

  it.each(['approve', 'deny'] as const)('tells the service that there is an answer (%s), and nothing of it', async (decision) => {
    const asked = await askPinged();
    expect(calls).toEqual([]);
    await phone.decide(await phone.open(await waiting()), { decision });
    await expect
      .poll(() => calls)
      .toEqual([{ authorization: 'Bearer a-token_of~theirs', body: { auth_req_id: asked.body['auth_req_id'] } }]);
    const { status } = await poll(pinged, asked.body['auth_req_id']);
    expect(status).toBe(decision === 'approve' ? 200 : 400);
  });

  it('tries again after a fault of the service, and after nothing else', async () => {
    const { outbox } = await import('#src/outbox/collections.ts');
    const { store } = world.provider.application;
    const stateOf = async () => (await store.scan(outbox, { limit: 50 })).map(({ state, attempts }) => [state, attempts]);
    answers = [503];
    await askPinged();
    await phone.decide(await phone.open(await waiting()), { decision: 'deny' });
    await expect.poll(stateOf).toContainEqual(['waiting', 1]);
    world.clock.advance(20_000);
    await expect.poll(() => calls.length).toBe(2);
    world.clock.reset();
    answers = [302];
    await askPinged();
    await phone.decide(await phone.open(await waiting()), { decision: 'deny' });
    await expect.poll(stateOf).toContainEqual(['dead', 1]);
    expect(calls).toHaveLength(3);
  });

  it('needs a token of the service, and keeps it sealed', async () => {
    expect((await askPinged({ client_notification_token: '' })).body['error']).toBe('invalid_request');
    expect((await askPinged({ client_notification_token: 'x'.repeat(1025) })).body['error']).toBe('invalid_request');
    answers = Array.from({ length: 20 }, () => 503);
    await askPinged({ client_notification_token: 'geheim-4711' });
    await phone.decide(await phone.open(await waiting()), { decision: 'deny' });
    const { allCollections } = await import('#src/storage/collections.ts');
    for (const collection of allCollections)
      expect(JSON.stringify(await world.provider.application.store.scan(collection, { limit: 1000 }))).not.toContain('geheim-4711');
  });
});
