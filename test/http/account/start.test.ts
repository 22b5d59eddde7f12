import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import { credentials } from '#src/accounts/collections.ts';
import { signedDecisions } from '#src/approvals/collections.ts';
import { sealPayload } from '#src/approvals/sealed-payload.ts';
import type { ApprovalId, DeviceId } from '#src/kernel/identifier.ts';
import { createVirtualPhone, enrolPhone } from '#src/phone/virtual-phone.ts';
import { type AccountPagesWorld, type Owner, openAccountPages } from '#test/support/account-pages.ts';
import { FormBrowser, type Page } from '#test/support/form-browser.ts';
import { refusalOf } from '#test/support/phone-world.ts';
import { Service } from '#test/support/service.ts';

const minuteMs = 60_000;

let world: AccountPagesWorld;
beforeAll(async () => {
  world = await openAccountPages();
});
afterAll(() => world.provider.stop());
afterEach(() => world.clock.reset());

const isSignIn = ({ url }: { url: string }): boolean => url.includes('/interaction/');
const codeIn = ({ html }: Page): string => /data-code[^>]*>([0-9A-Z]{5}-[0-9A-Z]{5})</.exec(html)?.[1] ?? '';
const eventsOf = async (owner: Owner): Promise<string[]> =>
  (await listAccountEvents(world.application.store, owner.id)).map(({ type }) => type);
const enrol = (code: string, password?: string) => enrolPhone(world.provider.issuer, code, { name: 'Mới', password });

async function newCode(owner: Owner): Promise<string> {
  const page = await owner.browser.press(await owner.open('/account/devices/new'), 'make-code');
  expect(page.url).toBe(world.address('/account/devices'));
  return codeIn(page);
}
const send = async (owner: Owner, url: string, fields: Record<string, string> = {}) => {
  const csrf = world.csrfOf(await owner.open('/account'));
  return owner.browser.open(world.address(url), { method: 'POST', body: new URLSearchParams({ csrf, ...fields }) });
};

describe('a code for a new phone', () => {
  it('stands on the page once, with a QR, and lets in who knows the password too', async () => {
    const lan = await world.addOwner('Lan');
    const made = await lan.browser.press(await lan.open('/account/devices/new'), 'make-code');
    const code = codeIn(made);
    expect(code).not.toBe('');
    expect(made.html).toContain('data:image/svg+xml;base64,');
    expect(codeIn(await lan.open('/account/devices'))).toBe('');
    const phone = createVirtualPhone(await enrol(code, lan.person.password));
    expect(await phone.call('GET', '/devices')).toMatchObject({ devices: [{ name: 'Mới', state: 'active' }] });
    expect((await lan.open('/account/devices')).html).toContain('Mới');
    expect(await eventsOf(lan)).toEqual(expect.arrayContaining(['enrolment-code-issued', 'device-enrolled']));
  });

  it('that was phished takes no account: none, a wrong and the phisher’s own password are refused', async () => {
    const [victim, phisher] = [await world.addOwner('Nga'), await world.addOwner('Kẻ', { password: 'cua rieng toi 9' })];
    const code = await newCode(victim);
    expect(await refusalOf(enrol(code))).toBe('enrolment_password_missing');
    expect(await refusalOf(enrol(code, 'sai bét rồi'))).toBe('enrolment_password_wrong');
    expect(await refusalOf(enrol(code, phisher.person.password))).toBe('enrolment_password_wrong');
    expect(await world.application.devices.list(victim.id)).toEqual([]);
  });

  it('dies with "not me", so that whoever asked for it gets nothing', async () => {
    const mai = await world.addOwner('Mai');
    const code = await newCode(mai);
    await mai.browser.press(await mai.open('/account/history'), 'not-me');
    expect(await refusalOf(enrol(code, mai.person.password))).toBe('enrolment_code_invalid');
  });

  it('is not made without a fresh proof: a form sent a quarter of an hour later leads to signing in', async () => {
    const thu = await world.addOwner('Thu');
    const page = await thu.open('/account/devices/new');
    world.clock.advance(16 * minuteMs);
    expect(isSignIn(await thu.browser.press(page, 'make-code'))).toBe(true);
    expect(await eventsOf(thu)).not.toContain('enrolment-code-issued');
  });

  it('is not made with the password alone by who has a phone', async () => {
    const hoa = await world.addOwner('Hoa', { phone: true });
    hoa.phone = undefined;
    await hoa.open('/account');
    expect(isSignIn(await send(hoa, '/account/devices/new'))).toBe(true);
    expect(await eventsOf(hoa)).not.toContain('enrolment-code-issued');
  });

  it('is made ten times an hour at most', async () => {
    const dao = await world.addOwner('Đào');
    for (let made = 0; made < 10; made += 1) expect(await newCode(dao)).not.toBe('');
    const page = await dao.browser.press(await dao.open('/account/devices/new'), 'make-code');
    expect(page.status).toBe(429);
  });
});

describe('phones', () => {
  it('are renamed, which stands in the history', async () => {
    const binh = await world.addOwner('Bình', { phone: true });
    const page = await binh.browser.press(await binh.open('/account/devices'), 'rename', { name: 'Của Bình' });
    expect(page.html).toContain('The phone is now called');
    expect((await world.application.devices.list(binh.id)).map(({ name }) => name)).toEqual(['Của Bình']);
    expect(await eventsOf(binh)).toContain('device-renamed');
  });

  it.each(['', '   ', 'a\nb', 'x\u202ey', 'x'.repeat(101)])('take no name that hides something: %j', async (name) => {
    const sen = await world.addOwner('Sen', { phone: true });
    const page = await sen.browser.press(await sen.open('/account/devices'), 'rename', { name });
    expect([page.status, page.html.includes('1 to 100 characters')]).toEqual([422, true]);
    expect((await world.application.devices.list(sen.id)).map((each) => each.name)).toEqual(['Điện thoại cũ']);
  });

  it('are removed with the phone or what is as strong, not with the password alone', async () => {
    const tam = await world.addOwner('Tâm', { phone: true });
    const { phone } = tam;
    const [device] = await world.application.devices.list(tam.id);
    tam.phone = undefined;
    await tam.open('/account');
    const url = `/account/devices/${device?.id}/removal`;
    expect(isSignIn(await send(tam, url))).toBe(true);
    expect((await world.application.devices.list(tam.id)).length).toBe(1);
    tam.phone = phone;
    const done = await tam.browser.press(await tam.open(url), 'remove');
    expect(done.html).toContain('was removed');
    expect(await refusalOf(phone?.call('GET', '/devices') ?? Promise.resolve())).toBe('device_revoked');
  });

  it('of somebody else are neither renamed nor removed by an id in a form, nor told to be there', async () => {
    const [mine, strange] = [await world.addOwner('Yến'), await world.addOwner('Châu', { phone: true })];
    const [device] = await world.application.devices.list(strange.id);
    const answers = [
      await send(mine, `/account/devices/${device?.id}/name`, { name: 'Lấy rồi' }),
      await send(mine, `/account/devices/${device?.id}/removal`),
      await mine.open(`/account/devices/${device?.id}/removal`),
      await send(mine, '/account/devices/nobody/removal'),
    ];
    for (const { status, html } of answers) expect([status, html.includes('There is no such device')]).toEqual([404, true]);
    expect((await world.application.devices.list(strange.id)).map(({ name }) => name)).toEqual(['Điện thoại cũ']);
  });
});

describe('another password', () => {
  const change = async (owner: Owner, one: string, other = one): Promise<Page> =>
    owner.browser.press(await owner.open('/account/password'), 'change-password', { new_password: one, new_password_again: other });

  it('ends everything that the old one opened, this page goes on under another cookie, and it stands in the history', async () => {
    const lan = await world.addOwner('Liên');
    const elsewhere = new FormBrowser();
    await lan.open('/account', elsewhere);
    const page = await lan.open('/account/password');
    const stolen = lan.browser.cookieHeader(world.address('/account'));
    const fields = { new_password: 'hoa sen nở trắng', new_password_again: 'hoa sen nở trắng' };
    const done = await lan.browser.press(page, 'change-password', fields);
    expect([done.url, done.html.includes('The password was changed')]).toEqual([world.address('/account'), true]);
    expect(isSignIn(await elsewhere.open(world.address('/account')))).toBe(true);
    const thief = await fetch(world.address('/account'), { headers: { cookie: stolen }, redirect: 'manual' });
    expect(thief.status).toBe(303);
    expect(await eventsOf(lan)).toContain('password-changed');
    const strange = new FormBrowser();
    const old = await strange.press(await strange.open(world.address('/account')), 'continue', lan.person);
    expect(old.status).toBe(401);
    const renewed = { ...lan, person: { ...lan.person, password: fields.new_password } };
    const again = await world.signIn(renewed, elsewhere, await elsewhere.open(world.address('/account')));
    expect(again.url).toBe(world.address('/account'));
  });

  it.each([
    ['too short', 'ngắn', 'ngắn', 'too easy to guess'],
    ['one that everybody has', 'password', 'password', 'too easy to guess'],
    ['empty', '', '', 'too easy to guess'],
    ['typed differently', 'hoa sen nở trắng', 'hoa sen nở hồng', 'The two fields differ'],
  ])('is not taken when it is %s', async (_, one, other, said) => {
    const nga = await world.addOwner('Ngân');
    const before = await world.application.store.get(credentials, nga.id);
    const page = await change(nga, one, other);
    expect([page.status, page.html.includes(said)]).toEqual([422, true]);
    expect(await world.application.store.get(credentials, nga.id)).toEqual(before);
  });

  it('is not one’s own number', async () => {
    const my = await world.addOwner('My');
    const page = await change(my, my.person.id_number);
    expect([page.status, page.html.includes('must not be your ID number')]).toEqual([422, true]);
  });

  it('is not taken from an open browser without a fresh proof', async () => {
    const hue = await world.addOwner('Huệ');
    const before = await world.application.store.get(credentials, hue.id);
    const page = await hue.open('/account/password');
    world.clock.advance(16 * minuteMs);
    const fields = { new_password: 'hoa sen nở trắng', new_password_again: 'hoa sen nở trắng' };
    expect(isSignIn(await hue.browser.press(page, 'change-password', fields))).toBe(true);
    expect(await world.application.store.get(credentials, hue.id)).toEqual(before);
  });

  it('of two that are sent at once is one', async () => {
    const duc = await world.addOwner('Đức');
    const page = await duc.open('/account/password');
    const body = (password: string) =>
      new URLSearchParams({ csrf: world.csrfOf(page), new_password: password, new_password_again: password });
    const cookie = duc.browser.cookieHeader(world.address('/account'));
    const sent = await Promise.all(
      ['hoa sen nở trắng', 'hoa sen nở hồng'].map((password) =>
        fetch(world.address('/account/password'), {
          method: 'POST',
          body: body(password),
          headers: { cookie },
          redirect: 'manual',
        }),
      ),
    );
    expect(sent.filter(({ status }) => status === 303).length).toBeGreaterThanOrEqual(1);
    expect((await eventsOf(duc)).filter((type) => type === 'password-changed').length).toBe(1);
  });
});

describe('the download', () => {
  it('holds everything that is documented, nothing secret and nothing of anybody else', async () => {
    const [lan, other] = [await world.addOwner('Loan', { phone: true }), await world.addOwner('Khác')];
    const shop = await Service.register(world.provider, 'shop');
    await shop.signIn(new FormBrowser(), lan.person, { scope: 'openid profile' }, ['name']);
    await shop.signIn(new FormBrowser(), other.person, { scope: 'openid profile' }, ['name']);
    const id = 'decision-of-loan' as ApprovalId;
    const payload = sealPayload(world.application.sealing, id, JSON.stringify({ kind: 'transaction', amount: 12_000_000 }));
    const signed = {
      kind: 'transaction',
      clientId: 'shop',
      deviceId: 'a' as DeviceId,
      decision: 'a.b.c',
      approvalKey: {},
    } as const;
    const kept = { ...signed, id, payload, accountId: lan.id, attestation: 'none', at: world.clock.now() };
    await world.application.store.insert(signedDecisions, kept);
    const file = await lan.browser.press(await lan.open('/account/data'), 'download');
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="senid-my-data.json"');
    expect(file.headers.get('cache-control')).toBe('no-store');
    const data = JSON.parse(file.html);
    expect(data).toMatchObject({
      format: 'senid-my-data/1',
      account: { id: lan.id, identity_level: 2, state: 'active', signs_in_with: { password: true, phones: 1 } },
      person: { idNumber: lan.person.id_number, name: { given: 'Loan' } },
      evidence: { kind: 'in-person' },
      phones: [{ name: 'Điện thoại cũ' }],
      documents: [],
      links: [],
    });
    expect(data.consents.find((each: { client_id: string }) => each.client_id === 'shop')).toMatchObject({
      claims: ['name'],
      receipts: [{ granted: ['name'] }],
    });
    const types = data.history.map(({ type }: { type: string }) => type);
    for (const type of ['signed-in', 'device-enrolled', 'data-downloaded']) expect(types).toContain(type);
    expect(data.browsers.signed_in.length).toBeGreaterThanOrEqual(2);
    expect(data.signed_decisions).toMatchObject([{ id, decision: 'a.b.c', shown: { amount: 12_000_000 } }]);
    expect(file.html).not.toContain(other.person.id_number);
    expect(file.html).not.toContain(other.id);
    const { passwordHash = '?' } = (await world.application.store.get(credentials, lan.id)) ?? {};
    for (const secret of [passwordHash, '$argon2', 'totpSecret', 'deviceKey"', '"d":']) expect(file.html).not.toContain(secret);
  });

  it('is not given to an open browser without a fresh proof', async () => {
    const xuan = await world.addOwner('Xuân');
    const page = await xuan.open('/account/data');
    world.clock.advance(16 * minuteMs);
    const sent = await xuan.browser.press(page, 'download');
    expect([isSignIn(sent), sent.html.includes('senid-my-data')]).toEqual([true, false]);
    expect(await eventsOf(xuan)).not.toContain('data-downloaded');
  });
});
