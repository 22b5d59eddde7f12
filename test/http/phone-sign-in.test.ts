import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { callDeviceApi, digest, PhoneRefused, seconds, sign } from '#src/phone/device-client.ts';
import { newKey, publicPart } from '#src/phone/phone-state.ts';
import { createVirtualPhone, enrolPhone, readPayload, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { FormBrowser, type Page } from '#test/support/form-browser.ts';
import { MovingClock } from '#test/support/moving-clock.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const lan = {
  id_number: '000190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000001',
  identity_level: 2,
  password: 'sen hong 2026',
};
const minh = { ...lan, id_number: '000185000002', phone: '0912000002', name: { family: 'Trần', middle: 'Văn', given: 'Minh' } };
const anh = {
  ...lan,
  id_number: '000195000003',
  phone: '0912000003',
  identity_level: 1,
  name: { family: 'Lê', middle: '', given: 'Anh' },
};

const clock = new MovingClock();
let provider: TestProvider;
let bank: Service;
let portal: Service;
const ids = new Map<string, AccountId>();
let phone: VirtualPhone;
let other: VirtualPhone;

const codeFor = async (id: string): Promise<string> =>
  (await provider.application.enrolmentCodes.issue(ids.get(id) as AccountId, { vouched: true })).code;
const newPhone = async (id: string): Promise<VirtualPhone> =>
  createVirtualPhone(await enrolPhone(provider.issuer, await codeFor(id)));

beforeAll(async () => {
  provider = await startProvider({ clock });
  for (const person of [lan, minh, anh]) ids.set(person.id_number, await provider.addPerson(person));
  bank = await Service.register(provider, 'bank');
  portal = await Service.register(provider, 'portal', { min_acr: 'urn:senid:acr:id2-auth2', sector: 'portal.example' });
  phone = await newPhone(lan.id_number);
  other = await newPhone(minh.id_number);
});
afterAll(() => provider.stop());
afterEach(() => clock.reset());

const qrOf = (page: Page): string => /data-qr="([^"]+)"/.exec(page.html)?.[1] ?? '';
const numberOf = (page: Page): string => /data-number[^>]*>(\d\d)</.exec(page.html)?.[1] ?? '';
const refusal = async (promise: Promise<unknown>): Promise<{ code: string; status: number }> => {
  const refused = await promise.then(
    () => new Error('was not refused'),
    (reason: unknown) => reason,
  );
  if (!(refused instanceof PhoneRefused)) throw refused;
  return { code: refused.code, status: refused.status };
};

async function openPage(service = bank, params = {}) {
  const browser = new FormBrowser();
  const request = service.authorize(params);
  const page = await browser.open(request.url);
  return { browser, page, qr: qrOf(page), ...request };
}

async function scanned(service = bank, by = phone, params = {}) {
  const opened = await openPage(service, params);
  const approval = await by.scan(opened.qr);
  const waiting = await opened.browser.open(opened.page.url);
  return { ...opened, approval, waiting, number: numberOf(waiting) };
}

describe('signing in by QR', () => {
  it('reaches level 2 without a password, and what was granted on the phone is not asked again', async () => {
    const { browser, page, approval, number, verifier } = await scanned(portal, phone, { scope: 'openid profile' });
    expect(readPayload(approval)).toMatchObject({
      client: { client_id: 'portal', domain: 'localhost:9' },
      number_required: true,
      acr: 'urn:senid:acr:id2-auth2',
      from: { browser: 'Firefox on Linux', network: '127.0.0.0/24', known: false },
    });
    await phone.decide(approval, { decision: 'approve', number, granted: ['name', 'birthdate'] });
    const confirm = await browser.open(page.url);
    expect(confirm.html).toContain('Nguyễn T** L**');
    const back = await browser.press(confirm, 'continue', {}, portal.redirectUri);
    const { tokens } = await portal.redeem(back, verifier);
    expect(decodeJwt(tokens.id_token)).toMatchObject({
      acr: 'urn:senid:acr:id2-auth2',
      amr: expect.arrayContaining(['swk', 'user', 'mfa']),
    });
    expect(await portal.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Thị Lan', birthdate: '1990-02-01' });
  });

  it('a known browser on the same network needs no number and no confirmation', async () => {
    const browser = new FormBrowser();
    await bank.signIn(browser, lan);
    const { url } = bank.authorize({ prompt: 'login' });
    const page = await browser.open(url);
    const approval = await phone.scan(qrOf(page));
    expect(readPayload(approval)).toMatchObject({ number_required: false, from: { known: true } });
    await phone.decide(approval, { decision: 'approve' });
    const back = await browser.open(page.url, {}, bank.redirectUri);
    expect(new URL(back.url).searchParams.has('code')).toBe(true);
  });

  it('tells the waiting page by events: a frame at once, then scanned, the number, approved', async () => {
    const { browser, page, qr } = await openPage();
    const stream = await fetch(`${page.url}/events`, { headers: { cookie: browser.cookieHeader(page.url) } });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    let text = '';
    const reading = (async () => {
      for await (const chunk of stream.body ?? []) text += Buffer.from(chunk).toString();
    })();
    await expect.poll(() => text).toContain('event: qr');
    const approval = await phone.scan(qr);
    await expect.poll(() => text).toMatch(/event: scanned[\s\S]*event: number\ndata: \d\d/);
    await phone.decide(approval, { decision: 'approve', number: /event: number\ndata: (\d\d)/.exec(text)?.[1] });
    await reading;
    expect(text).toContain('event: approved');
    expect((await fetch(`${page.url}/events`)).status).toBe(400);
  });

  it('declining says so on the page, which offers to try again or to cancel', async () => {
    const { browser, page, approval } = await scanned();
    await phone.decide(approval, { decision: 'deny' });
    const denied = await browser.open(page.url);
    expect(denied.html).toContain('You declined on your phone');
    const again = await browser.press(denied, 'qr');
    expect(qrOf(again)).not.toBe('');
    const back = await browser.press(again, 'cancel', {}, bank.redirectUri);
    expect(new URL(back.url).searchParams.get('error')).toBe('access_denied');
  });

  it('"not me" on the page forgets the person and starts over', async () => {
    const { browser, page, approval, number } = await scanned();
    await phone.decide(approval, { decision: 'approve', number });
    const over = await browser.press(await browser.open(page.url), 'cancel');
    expect(over.html).toContain('name="password"');
    expect(qrOf(over)).not.toBe('');
  });

  it('"not me" on the phone declines and stands in the history of the person; so does every sign-in', async () => {
    const { approval } = await scanned();
    await phone.decide(approval, { decision: 'not-me' });
    const events = await listAccountEvents(provider.application.store, ids.get(lan.id_number) as AccountId);
    expect(events.at(-1)).toMatchObject({ type: 'reported', data: { approval: approval.id } });
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'signed-in',
        data: expect.objectContaining({ service: 'portal', browser: 'Firefox on Linux' }),
      }),
    );
  });

  it('lists what waits for this phone, and never a QR that nobody scanned', async () => {
    await openPage();
    expect(await phone.list()).toEqual([]);
    const { approval } = await scanned();
    expect(await phone.list()).toEqual([expect.objectContaining({ id: approval.id, started_by: 'qr' })]);
    await phone.decide(approval, { decision: 'deny' });
    expect(await phone.list()).toEqual([]);
  });
});

describe('a relayed or replayed QR', () => {
  it('does not work after eight seconds', async () => {
    const { qr } = await openPage();
    clock.advance(10_000);
    expect(await refusal(phone.scan(qr))).toEqual({ code: 'qr_expired', status: 410 });
  });

  it('does not work before its second has come', async () => {
    const { qr } = await openPage();
    clock.advance(100_000);
    const later = await openPage();
    clock.reset();
    expect((await refusal(phone.scan(later.qr.replace(/\.\d+\./, '.90.')))).code).toBe('qr_invalid');
    expect((await refusal(phone.scan(qr.replace(/\.\d+\./, '.5.')))).code).toBe('qr_invalid');
  });

  it('does not work for another page, nor when anything in it was changed', async () => {
    const [one, two] = [await openPage(), await openPage()];
    const [, handle] = /#([^.]+)\./.exec(two.qr) ?? [];
    for (const forged of [
      one.qr.replace(/#[^.]+\./, `#${handle}.`),
      `${one.qr.slice(0, -1)}${one.qr.endsWith('A') ? 'B' : 'A'}`,
      'https://evil.example/q#a.b.c',
      '',
      'x'.repeat(400),
    ]) {
      expect(['qr_invalid', 'qr_expired']).toContain((await refusal(phone.scan(forged))).code);
    }
  });

  it('belongs to the first phone that scans it', async () => {
    const { qr, approval } = await scanned();
    expect(await refusal(other.scan(qr))).toEqual({ code: 'already_scanned', status: 409 });
    expect((await phone.scan(qr)).payload).toBe(approval.payload);
  });

  it('scanned by two phones at once lets one through', async () => {
    const { qr } = await openPage();
    const all = await Promise.allSettled([phone.scan(qr), other.scan(qr)]);
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is over after three minutes, with one clear button', async () => {
    const { browser, page, qr } = await openPage();
    clock.advance(180_000);
    expect((await refusal(phone.scan(qr))).code).toBe('qr_expired');
    const expired = await browser.open(page.url);
    expect(expired.html).toContain('expired after 3 minutes');
    expect(qrOf(await browser.press(expired, 'qr'))).not.toBe('');
  });
});

describe('a decision', () => {
  const decisionFor = async (
    approval: { id: string; payload: string },
    claims = {},
    header = {},
    key = phone.state.approvalKey,
  ): Promise<string> =>
    sign(
      key,
      { typ: 'approval-decision+jwt', kid: phone.state.deviceId, ...header },
      {
        aud: provider.issuer,
        approval: approval.id,
        payload_hash: digest(Buffer.from(approval.payload, 'base64url')),
        nonce: readPayload(approval as never).nonce,
        decision: 'approve',
        user_verification: 'pin',
        iat: seconds(),
        exp: seconds() + 60,
        ...claims,
      },
    );
  const send = (id: string, decision: string, by = phone): Promise<unknown> =>
    by.call('POST', `/approvals/${id}/decision`, { decision });

  it('over changed bytes is refused', async () => {
    const { approval, number } = await scanned();
    const payload = Buffer.from(JSON.stringify({ ...readPayload(approval), acr: 'urn:senid:acr:id2-auth1' })).toString('base64url');
    expect((await refusal(send(approval.id, await decisionFor({ id: approval.id, payload }, { number })))).code).toBe(
      'payload_mismatch',
    );
    expect((await refusal(send(approval.id, await decisionFor(approval, { number, nonce: 'x' })))).code).toBe('payload_mismatch');
  });

  it('for another approval, issuer, type, key or time is refused, and leaves the approval as it was', async () => {
    const { approval, number } = await scanned();
    const second = await scanned();
    const forged: [string, string][] = [
      [await decisionFor(approval, { approval: second.approval.id, number }), 'decision_invalid'],
      [await decisionFor(approval, { aud: 'https://evil.example', number }), 'decision_invalid'],
      [await decisionFor(approval, { number }, { typ: 'JWT' }), 'decision_invalid'],
      [await decisionFor(approval, { number }, { kid: other.state.deviceId }), 'decision_invalid'],
      [await decisionFor(approval, { number }, {}, phone.state.deviceKey), 'signature_invalid'],
      [await decisionFor(approval, { number }, {}, await newKey()), 'signature_invalid'],
      [await decisionFor(approval, { number, iat: seconds() - 600, exp: seconds() - 540 }), 'decision_invalid'],
      [await decisionFor(approval, { number, exp: seconds() + 3600 }), 'decision_invalid'],
      [await decisionFor(approval, { number, decision: 'maybe' }), 'decision_invalid'],
      ['eyJhbGciOiJub25lIn0.e30.', 'decision_invalid'],
      ['not a jws', 'decision_invalid'],
    ];
    for (const [jws, code] of forged) expect((await refusal(send(approval.id, jws))).code).toBe(code);
    await send(approval.id, await decisionFor(approval, { number }));
  });

  it('without the number is refused; with a wrong one it denies', async () => {
    const { approval, number, browser, page } = await scanned();
    expect(await refusal(phone.decide(approval, { decision: 'approve' }))).toEqual({ code: 'number_missing', status: 400 });
    const wrong = number === '99' ? '98' : '99';
    expect(await refusal(phone.decide(approval, { decision: 'approve', number: wrong }))).toEqual({
      code: 'number_wrong',
      status: 409,
    });
    expect((await refusal(phone.decide(approval, { decision: 'approve', number }))).code).toBe('already_decided');
    expect((await browser.open(page.url)).html).toContain('The number was not right');
  });

  it('that grants what was not asked is refused', async () => {
    const { approval, number } = await scanned(bank, phone, { scope: 'openid profile' });
    expect((await refusal(phone.decide(approval, { decision: 'approve', number, granted: ['name', 'email'] }))).code).toBe(
      'granted_invalid',
    );
  });

  it('comes too late after two minutes, and the page says so', async () => {
    const { approval, number, browser, page } = await scanned();
    clock.advance(121_000);
    expect(await refusal(phone.decide(approval, { decision: 'approve', number }))).toEqual({
      code: 'approval_expired',
      status: 410,
    });
    expect((await browser.open(page.url)).html).toContain('did not answer');
  });

  it('replayed changes nothing; approving and declining at once lets one through', async () => {
    const { approval, number } = await scanned();
    const all = await Promise.allSettled([
      phone.decide(approval, { decision: 'approve', number }),
      phone.decide(approval, { decision: 'deny' }),
      phone.decide(approval, { decision: 'approve', number }),
    ]);
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('of another person is not found', async () => {
    const { approval } = await scanned();
    expect(await refusal(other.open(approval.id))).toEqual({ code: 'approval_not_found', status: 404 });
    expect((await refusal(send(approval.id, 'x', other))).code).toBe('approval_not_found');
  });

  it('by a level-1 person at a level-2 service is refused at the scan', async () => {
    const small = await newPhone(anh.id_number);
    const { qr } = await openPage(portal);
    expect((await refusal(small.scan(qr))).code).toBe('level_too_low');
  });

  it('across devices never reaches level 4 from a new browser', async () => {
    const { qr } = await openPage(bank, { acr_values: 'urn:senid:acr:id2-auth4' });
    expect((await refusal(phone.scan(qr))).code).toBe('level_too_low');
  });

  it('with a face reaches level 3 only where simulation counts, and says face', async () => {
    const { browser, page, approval, number, verifier } = await scanned(bank, phone, { acr_values: 'urn:senid:acr:id2-auth3' });
    expect((await refusal(phone.decide(approval, { decision: 'approve', number, userVerification: 'pin' }))).code).toBe(
      'level_too_low',
    );
    await phone.decide(approval, { decision: 'approve', number, userVerification: 'face' });
    let next = await browser.press(await browser.open(page.url), 'continue', {}, bank.redirectUri);
    if (next.html.includes('value="approve"')) next = await browser.press(next, 'approve', {}, bank.redirectUri);
    const { tokens } = await bank.redeem(next, verifier);
    expect(decodeJwt(tokens.id_token)).toMatchObject({ acr: 'urn:senid:acr:id2-auth3', amr: expect.arrayContaining(['face']) });
  });

  it('is used by its own page alone', async () => {
    const { approval, number, page } = await scanned();
    await phone.decide(approval, { decision: 'approve', number });
    await expect(provider.application.approvals.use(approval.id as never, 'another-interaction')).rejects.toMatchObject({
      code: 'approval_not_found',
    });
    const uid = page.url.split('/').at(-1) ?? '';
    const [one, two] = [
      await provider.application.approvals.use(approval.id as never, uid),
      await provider.application.approvals.use(approval.id as never, uid),
    ];
    expect(two).toEqual(one);
  });
});

describe('enrolment', () => {
  it('refuses a wrong, used or expired code alike', async () => {
    const code = await codeFor(lan.id_number);
    const expired = await codeFor(lan.id_number);
    const fresh = await newPhone(minh.id_number);
    expect(fresh.state.account).toEqual({ display_name: 'Trần Văn Minh', identity_level: 2 });
    const used = await enrolPhone(provider.issuer, code.toLowerCase());
    expect(used.deviceId).not.toBe('');
    for (const tried of [code, 'AAAAA-AAAAA', 'x'])
      expect(await refusal(enrolPhone(provider.issuer, tried))).toEqual({ code: 'enrolment_code_invalid', status: 400 });
    clock.advance(901_000);
    const late = await refusal(enrolPhone(provider.issuer, expired));
    expect(['enrolment_code_invalid', 'proof_invalid']).toContain(late.code);
  });

  it('with one code on ten phones at once lets one in', async () => {
    const id = await provider.addPerson({ ...lan, id_number: '000190000009', phone: '0912000009' });
    const { code } = await provider.application.enrolmentCodes.issue(id, { vouched: true });
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => enrolPhone(provider.issuer, code)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await provider.application.devices.list(id)).toHaveLength(1);
  });

  it('lets three devices in, not four, also when all come at once', async () => {
    const id = await provider.addPerson({ ...lan, id_number: '000190000008', phone: '0912000008' });
    const codes = await Promise.all(
      Array.from({ length: 6 }, () => provider.application.enrolmentCodes.issue(id, { vouched: true })),
    );
    const all = await Promise.allSettled(codes.map(({ code }) => enrolPhone(provider.issuer, code)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect((await provider.application.accounts.get(id))?.authenticators.devices).toBe(3);
  });

  it('needs two keys of its own, and the approval key to sign for this code and device', async () => {
    const key = await newKey();
    const code = await codeFor(minh.id_number);
    const body = {
      code,
      name: 'x',
      platform: 'cli',
      device_key: publicPart(key),
      approval_key: publicPart(key),
      approval_proof: 'x.y.z',
      attestation: { class: 'simulated' },
    };
    const enrol = (more: object) =>
      refusal(
        callDeviceApi({
          issuer: provider.issuer,
          method: 'POST',
          path: '/enrolments',
          body: { ...body, ...more },
          key,
          as: { jwk: publicPart(key) },
        }),
      );
    expect((await enrol({})).code).toBe('enrolment_invalid');
    expect((await enrol({ approval_key: publicPart(await newKey()) })).code).toBe('enrolment_invalid');
    expect((await enrol({ device_key: publicPart(await newKey()) })).code).toBe('enrolment_invalid');
    expect((await enrol({ approval_key: key })).code).toBe('enrolment_invalid');
    expect((await enrol({ attestation: { class: 'strongbox' }, approval_key: publicPart(await newKey()) })).code).toBe(
      'attestation_unsupported',
    );
    expect((await enrol({ platform: 'toaster' })).code).toBe('request_malformed');
  });
});

describe('a call of the device API', () => {
  const proofFor = (claims: object, header: object = {}, key = phone.state.deviceKey): Promise<string> =>
    sign(
      key,
      { typ: 'device-proof+jwt', kid: phone.state.deviceId, ...header },
      { htm: 'GET', htu: `${provider.issuer}/device/v1/account`, iat: seconds(), jti: 'j', ...claims },
    );
  const call = async (
    proof: string | undefined,
    path = '/account',
    init: RequestInit = {},
  ): Promise<{ status: number; code: unknown }> => {
    const response = await fetch(`${provider.issuer}/device/v1${path}`, {
      ...init,
      headers: { ...(proof === undefined ? {} : { 'device-proof': proof }), ...(init.headers as object) },
    });
    expect(response.headers.get('date')).not.toBeNull();
    const text = await response.text();
    return { status: response.status, code: text === '' ? undefined : (JSON.parse(text) as { code?: unknown }).code };
  };

  it('needs a proof by the device for this method, address, time and body', async () => {
    expect((await call(await proofFor({}))).status).toBe(200);
    expect(await call(undefined)).toEqual({ status: 401, code: 'proof_missing' });
    const bad = [
      proofFor({ htm: 'POST' }),
      proofFor({ htu: `${provider.issuer}/device/v1/devices` }),
      proofFor({ iat: seconds() - 400 }),
      proofFor({ iat: seconds() + 400 }),
      proofFor({ jti: undefined }),
      proofFor({}, { typ: 'JWT' }),
      proofFor({}, {}, phone.state.approvalKey),
    ];
    for (const proof of bad) expect(await call(await proof)).toEqual({ status: 401, code: 'proof_invalid' });
    expect(await call('a.b.c')).toEqual({ status: 401, code: 'proof_invalid' });
    expect(await call(await proofFor({}, { kid: 'nobody' }))).toEqual({ status: 401, code: 'device_unknown' });
    const htu = `${provider.issuer}/device/v1/scans`;
    const unsigned = await proofFor({ htm: 'POST', htu });
    const json = { 'content-type': 'application/json' };
    expect(await call(unsigned, '/scans', { method: 'POST', body: '{"code":"x"}', headers: json })).toEqual({
      status: 401,
      code: 'proof_invalid',
    });
    const signedBody = await proofFor({ htm: 'POST', htu, bh: digest('{"code":"x"}') });
    expect(await call(signedBody, '/scans', { method: 'POST', body: '{"code":"y"}', headers: json })).toEqual({
      status: 401,
      code: 'proof_invalid',
    });
    expect((await call(signedBody, '/scans', { method: 'POST', body: '{"code":"x"}', headers: json })).code).toBe('qr_invalid');
  });

  it('with a malformed, oversized or mistyped body is refused in words a program reads', async () => {
    const post = async (body: string, type = 'application/json') =>
      call(await proofFor({ htm: 'POST', htu: `${provider.issuer}/device/v1/scans`, bh: digest(body) }), '/scans', {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
    expect(await post('{')).toEqual({ status: 400, code: 'request_malformed' });
    expect(await post('[]')).toEqual({ status: 400, code: 'request_malformed' });
    expect(await post('{"code":{"$gt":""}}')).toEqual({ status: 400, code: 'request_malformed' });
    expect(await post('code=x', 'text/plain')).toEqual({ status: 400, code: 'request_malformed' });
    expect((await post(JSON.stringify({ code: 'x'.repeat(70_000) }))).status).toBe(413);
    expect(await call(undefined, '/nothing-here')).toEqual({ status: 404, code: 'page_not_found' });
  });

  it('by a removed device fails at once; nobody removes a device of somebody else', async () => {
    const second = await newPhone(minh.id_number);
    expect((await refusal(phone.removeOther(second.state.deviceId))).code).toBe('device_not_found');
    await other.removeOther(second.state.deviceId);
    expect(await refusal(second.list())).toEqual({ code: 'device_revoked', status: 401 });
  });

  it('vouches for another phone with the approval key, not with the device key', async () => {
    const claims = {
      aud: provider.issuer,
      device: phone.state.deviceId,
      user_verification: 'pin',
      iat: seconds(),
      exp: seconds() + 60,
    };
    const ask = async (key = phone.state.approvalKey, more = {}) =>
      phone.call('POST', '/enrolment-codes', {
        request: await sign(key, { typ: 'enrolment-code-request+jwt' }, { ...claims, ...more }),
      });
    expect(((await ask()) as { code: string }).code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
    expect((await refusal(ask(phone.state.deviceKey))).code).toBe('enrolment_request_invalid');
    expect((await refusal(ask(phone.state.approvalKey, { device: other.state.deviceId }))).code).toBe('enrolment_request_invalid');
  });

  it('locks the account at once; every other call is then refused, the lock itself can be repeated', async () => {
    const id = await provider.addPerson({ ...lan, id_number: '000190000007', phone: '0912000007' });
    const { code } = await provider.application.enrolmentCodes.issue(id, { vouched: true });
    const own = createVirtualPhone(await enrolPhone(provider.issuer, code));
    const { qr } = await openPage();
    const approval = await own.scan(qr);
    await own.lock();
    await own.lock();
    expect(await refusal(own.decide(approval, { decision: 'approve', number: '11' }))).toEqual({
      code: 'account_locked',
      status: 403,
    });
    expect((await refusal(own.list())).code).toBe('account_locked');
    expect(await own.call('GET', '/account')).toMatchObject({ state: 'locked' });
  });
});

describe('the phone is told of sign-ins', () => {
  const signInWithPassword = (browser: FormBrowser, person = lan) =>
    bank.signIn(browser, person, { scope: 'openid name', prompt: 'login' }, ['name']);

  it('lists them with what is new: the first one in a browser, then no more', async () => {
    const browser = new FormBrowser();
    await signInWithPassword(browser);
    clock.advance(1000);
    await signInWithPassword(browser);
    const [second, first] = await phone.signIns();
    expect(first).toMatchObject({ new_browser: true, reported: false, client_name: { en: 'Service bank' } });
    expect(second).toMatchObject({ new_browser: false });
    expect(JSON.stringify(await phone.signIns())).not.toContain('browserKey');
  });

  it('a stolen password used in a new browser: "not me" ends its session, its tokens and its way back, and all others too', async () => {
    clock.advance(5000);
    const thief = new FormBrowser();
    const { tokens } = await signInWithPassword(thief);
    const [latest] = await phone.signIns();
    expect(latest?.new_browser).toBe(true);
    clock.advance(2000);
    await phone.notMe(latest?.id ?? '');
    expect(await bank.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
    const { url } = bank.authorize({ prompt: 'none' });
    expect(new URL((await thief.open(url, {}, bank.redirectUri)).url).searchParams.get('error')).toBe('login_required');
    expect((await phone.signIns())[0]).toMatchObject({ id: latest?.id, reported: true });
    await phone.notMe(latest?.id ?? '');
  });

  it('whoever signs in after it is let in, in a browser that is new once more', async () => {
    const browser = new FormBrowser();
    clock.advance(-30_000);
    await signInWithPassword(browser, minh);
    const reported = (await other.signIns()).find(({ new_browser: isNew }) => isNew);
    const idsBefore = new Set((await other.signIns()).map(({ id }) => id));
    for (const { id, reported: isReported } of await other.signIns()) if (!isReported) await other.notMe(id);
    expect(reported).toBeDefined();
    clock.advance(10_000);
    expect((await signInWithPassword(browser, minh)).status).toBe(200);
    const after = (await other.signIns()).filter(({ id }) => !idsBefore.has(id));
    expect(after).toMatchObject([{ new_browser: true, reported: false }]);
  });

  it('a code that was under way when "not me" came gives nothing', async () => {
    clock.advance(20_000);
    const thief = new FormBrowser();
    const { url, verifier } = bank.authorize({ scope: 'openid', prompt: 'login' });
    let page = await thief.open(url, {}, bank.redirectUri);
    page = await thief.press(page, 'continue', { id_number: lan.id_number, password: lan.password }, bank.redirectUri);
    if (page.html.includes('value="approve"')) page = await thief.press(page, 'approve', { grant: [] }, bank.redirectUri);
    const [latest] = await phone.signIns();
    clock.advance(1500);
    await phone.notMe(latest?.id ?? '');
    expect((await bank.redeem(page, verifier)).status).toBe(400);
  });

  it("another person's phone can neither see nor report them", async () => {
    const [latest] = await phone.signIns();
    expect((await other.signIns()).map(({ id }) => id)).not.toContain(latest?.id);
    expect(await refusal(other.notMe(latest?.id ?? ''))).toEqual({ code: 'sign_in_not_found', status: 404 });
  });
});
