import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accounts } from '#src/accounts/collections.ts';
import { consentId, consents } from '#src/consent/collections.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { createVirtualPhone, enrolPhone, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan, openPhoneWorld, type PhoneWorld, refusalOf } from '#test/support/phone-world.ts';
import { Service } from '#test/support/service.ts';

const minh = { ...lan, id_number: '000185000002', phone: '0912000002', name: { family: 'Trần', middle: 'Văn', given: 'Minh' } };
const year = 365 * 86_400_000;

let world: PhoneWorld;
let phone: VirtualPhone;
let services = 0;
beforeAll(async () => {
  world = await openPhoneWorld([lan, minh]);
  phone = await world.newPhone();
});
afterAll(() => world.provider.stop());
afterEach(() => world.clock.reset());

const purposes = (vi: string, en: string) => [{ id: 'account', vi, en }];
const registration = { purposes: purposes('Mở tài khoản', 'Open an account'), allowed_claims: ['name', 'birthdate', 'gender'] };
const law = (en: string) => ({ class: 'public', legal_basis: [{ claim: 'birthdate', text: { vi: 'Luật 26', en } }] });

/** A service of its own for each test. */
async function newService(more: object = {}): Promise<Service> {
  services += 1;
  return Service.register(world.provider, `rp-${services}`, { ...registration, ...more });
}
/** The same service registered again with other words. */
const registerAgain = (service: Service, more: object): Promise<Service> =>
  Service.register(world.provider, service.id, { ...registration, ...more, client_secret: service.secret });

const scope = 'openid profile';
const consentOf = (service: Service) => world.provider.application.store.get(consents, consentId(world.owner, service.id));
const receiptsOf = async (service: Service) => Object.values((await consentOf(service))?.receipts ?? {});

/** What a signed-in browser is shown when it comes again: the consent page, or the service with a code. */
async function comeAgain(service: Service, browser: FormBrowser, params = {}) {
  const { url, verifier } = service.authorize({ scope, ...params });
  const page = await browser.open(url, {}, service.redirectUri);
  return { page, verifier, isAsked: page.html.includes('value="approve"') };
}

describe('a receipt', () => {
  it('keeps the decision and the page as it was shown, without anybody’s data', async () => {
    const service = await newService(law('Law 26'));
    await service.signIn(new FormBrowser(), lan, { scope }, ['name']);
    const [receipt, ...more] = await receiptsOf(service);
    expect(more).toEqual([]);
    expect(receipt).toMatchObject({
      purpose: 'account',
      granted: ['name'],
      refused: ['gender'],
      informed: ['birthdate'],
      acr: 'urn:senid:acr:id2-auth1',
      language: 'en',
      method: 'browser',
    });
    const words = (await consentOf(service))?.words?.[receipt?.shown ?? ''];
    expect(words).toMatchObject({ domain: 'localhost:9', legalBasis: [{ claim: 'birthdate', text: { en: 'Law 26' } }] });
    expect(words?.page).toEqual([
      `Service ${service.id} wants to know`,
      'Choose what you agree to share. You can change your mind at any time.',
      '[ ] Full name (What for: Open an account)',
      '[ ] Gender (What for: Open an account)',
      'If you choose nothing, the service gets only an identifier of its own for you.',
      'By law',
      'Date of birth (What for: Open an account) Legal basis: Law 26',
      'The service also learns at which level you signed in: level 2, authentication level 1.',
    ]);
    expect(JSON.stringify(await consentOf(service))).not.toMatch(/Nguyễn|1990/);
  });

  it('stays as it was when another decision or a withdrawal follows', async () => {
    const service = await newService();
    const browser = new FormBrowser();
    await service.signIn(browser, lan, { scope }, ['name']);
    const before = (await consentOf(service))?.receipts ?? {};
    await service.signIn(browser, lan, { scope, prompt: 'consent' }, ['gender']);
    const [listed] = await phone.consents();
    await phone.withdraw(listed?.id ?? '');
    const after = (await consentOf(service))?.receipts ?? {};
    expect(after).toMatchObject(before);
    expect(Object.keys(after)).toHaveLength(2);
  });

  it('of a phone keeps the signed decision and the device', async () => {
    const service = await newService();
    const { browser, page, approval, number } = await world.scanned(service, phone, { scope });
    await phone.decide(approval, { decision: 'approve', number, granted: ['name'] });
    await browser.open(page.url);
    const [receipt] = await receiptsOf(service);
    expect(receipt).toMatchObject({
      method: 'phone',
      // what the phone says it showed, whatever the page speaks
      language: 'en',
      granted: ['name'],
      refused: [],
      decision: { deviceId: phone.state.deviceId },
    });
    expect(decodeJwt(receipt?.decision?.jws ?? '')).toMatchObject({
      approval: approval.id,
      decision: 'approve',
      granted: ['name'],
    });
  });

  it('can be read by its person on the phone, with the words that were shown', async () => {
    const service = await newService();
    await service.signIn(new FormBrowser(), lan, { scope }, ['name']);
    const listed = (await phone.consents()).find(({ client_id: id }) => id === service.id);
    expect(listed).toMatchObject({ claims: ['name'], purpose: { en: 'Open an account' }, by_law: [] });
    const { receipts } = await phone.consent(listed?.id ?? '');
    expect(receipts).toMatchObject([
      { granted: ['name'], withdrawn: false, shown: { purpose: { en: 'Open an account' }, page: expect.arrayContaining([]) } },
    ]);
  });
});

describe('consent is asked again', () => {
  it('for a purpose that reads differently now, and until then nothing leaves for it', async () => {
    const service = await newService();
    const browser = new FormBrowser();
    const { tokens } = await service.signIn(browser, lan, { scope }, ['name']);
    expect((await comeAgain(service, browser)).isAsked).toBe(false);
    const renamed = await registerAgain(service, { purposes: purposes('Bán dữ liệu', 'Sell your data') });
    expect(await renamed.userinfo(tokens)).not.toHaveProperty('name');
    const again = await comeAgain(renamed, browser);
    expect(again.isAsked).toBe(true);
    expect(again.page.html).toContain('Sell your data');
  });

  it('for a legal basis that reads differently now', async () => {
    const service = await newService(law('Law 26'));
    const browser = new FormBrowser();
    const { tokens } = await service.signIn(browser, lan, { scope }, ['name']);
    expect(await service.userinfo(tokens)).toMatchObject({ birthdate: '1990-02-01' });
    const other = await registerAgain(service, law('Law 27'));
    expect(await other.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
    expect(await other.userinfo(tokens)).not.toHaveProperty('birthdate');
    expect((await comeAgain(other, browser)).isAsked).toBe(true);
  });

  it('for another purpose, also one that asks for nothing', async () => {
    const both = [...registration.purposes, { id: 'news', vi: 'Gửi tin', en: 'Send news' }];
    const service = await newService({ purposes: both });
    const browser = new FormBrowser();
    await service.signIn(browser, lan, { scope }, ['name']);
    expect((await comeAgain(service, browser, { purpose: 'news', scope: 'openid' })).isAsked).toBe(true);
  });

  it('after a year', async () => {
    const service = await newService();
    const browser = new FormBrowser();
    const { tokens } = await service.signIn(browser, lan, { scope }, ['name']);
    expect(await service.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
    world.clock.advance(year + 1000);
    const later = new FormBrowser();
    const { url } = service.authorize({ scope });
    const page = await later.press(await later.open(url), 'continue', { id_number: lan.id_number, password: lan.password });
    expect(page.html).toContain('value="approve"');
  });

  it('of a person who was verified again since', async () => {
    const service = await newService();
    const browser = new FormBrowser();
    const { tokens } = await service.signIn(browser, lan, { scope }, ['name']);
    const evidence = { kind: 'in-person', place: 'Công an phường Khác', date: '2026-11-20', officer: 'officer-0002' };
    const { store } = world.provider.application;
    const before = (await store.get(accounts, world.owner))?.evidence;
    await store.patch(accounts, world.owner, {}, { set: { evidence } });
    expect(await service.userinfo(tokens)).not.toHaveProperty('name');
    expect((await comeAgain(service, browser)).isAsked).toBe(true);
    await store.patch(accounts, world.owner, {}, before === undefined ? { unset: ['evidence'] } : { set: { evidence: before } });
    expect((await comeAgain(service, browser)).isAsked).toBe(false);
  });

  it('on the page again, when its words changed between showing it and pressing the button', async () => {
    const service = await newService();
    const browser = new FormBrowser();
    const { url } = service.authorize({ scope });
    const page = await browser.press(await browser.open(url), 'continue', { id_number: lan.id_number, password: lan.password });
    await registerAgain(service, { purposes: purposes('Bán dữ liệu', 'Sell your data') });
    const again = await browser.press(page, 'approve', { grant: ['name'] }, service.redirectUri);
    expect(again.status).toBe(409);
    expect(again.html).toContain('Sell your data');
    expect(again.html).toContain('Your answer was not kept');
    expect(await receiptsOf(service)).toEqual([]);
  });
});

describe('withdrawing', () => {
  const offline = { scope: 'openid profile offline_access' };
  const refreshing = { grant_types: ['authorization_code', 'refresh_token'] };
  const refresh = (service: Service, token = '') => service.post('/token', { grant_type: 'refresh_token', refresh_token: token });
  const introspect = async (service: Service, token: string) =>
    (await (await service.post('/token/introspection', { token })).json()) as { active: boolean };
  const listedOf = async (service: Service) => (await phone.consents()).find(({ client_id: id }) => id === service.id);

  it('everything of a service kills every token and every code under way, and the next sign-in asks again', async () => {
    const service = await newService(refreshing);
    const browser = new FormBrowser();
    const { tokens } = await service.signIn(browser, lan, offline, ['name']);
    const underWay = await comeAgain(service, browser);
    expect(underWay.isAsked).toBe(false);
    await phone.withdraw((await listedOf(service))?.service_id ?? '');
    expect(await service.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
    expect((await introspect(service, tokens.access_token)).active).toBe(false);
    expect((await introspect(service, tokens.refresh_token ?? '')).active).toBe(false);
    expect((await refresh(service, tokens.refresh_token)).status).toBe(400);
    expect((await service.redeem(underWay.page, underWay.verifier)).status).toBe(400);
    expect(await listedOf(service)).toBeUndefined();
    expect((await comeAgain(service, browser)).isAsked).toBe(true);
    const { tokens: renewed } = await service.signIn(browser, lan, offline, ['name']);
    expect(await service.userinfo(renewed)).toMatchObject({ name: 'Nguyễn Thị Lan' });
    expect(await service.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
  });

  it('one claim stops that claim at once and nothing else', async () => {
    const service = await newService(refreshing);
    const browser = new FormBrowser();
    const { tokens } = await service.signIn(browser, lan, offline, ['name', 'birthdate']);
    await phone.withdraw((await listedOf(service))?.id ?? '', 'birthdate');
    expect(await service.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
    expect(await service.userinfo(tokens)).not.toHaveProperty('birthdate');
    const renewed = await refresh(service, tokens.refresh_token);
    expect(renewed.status).toBe(200);
    expect(await service.userinfo((await renewed.json()) as never)).not.toHaveProperty('birthdate');
    expect(await listedOf(service)).toMatchObject({ claims: ['name'] });
  });

  it('a claim keeps it out of ID tokens whose codes are under way', async () => {
    const service = await newService();
    const claims = JSON.stringify({ id_token: { birthdate: null, name: null } });
    const browser = new FormBrowser();
    await service.signIn(browser, lan, { claims }, ['name', 'birthdate']);
    const { page, verifier } = await comeAgain(service, browser, { scope: 'openid', claims });
    await phone.withdraw((await listedOf(service))?.id ?? '', 'birthdate');
    const { tokens } = await service.redeem(page, verifier);
    expect(decodeJwt(tokens.id_token)).toMatchObject({ name: 'Nguyễn Thị Lan' });
    expect(decodeJwt(tokens.id_token)).not.toHaveProperty('birthdate');
  });

  it('one purpose leaves another one of the service as it is', async () => {
    const both = [...registration.purposes, { id: 'news', vi: 'Gửi tin', en: 'Send news' }];
    const service = await newService({ purposes: both });
    const browser = new FormBrowser();
    const account = await service.signIn(browser, lan, { scope, purpose: 'account' }, ['name']);
    const news = await service.signIn(browser, lan, { scope, purpose: 'news' }, ['name']);
    const listed = (await phone.consents()).filter(({ client_id: id }) => id === service.id);
    expect(listed).toHaveLength(2);
    await phone.withdraw(listed.find(({ purpose }) => purpose.en === 'Send news')?.id ?? '');
    expect(await service.userinfo(news.tokens)).toMatchObject({ error: 'invalid_token' });
    expect(await service.userinfo(account.tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
  });

  it('is written down for its person, and doing it twice is one withdrawal', async () => {
    const service = await newService();
    await service.signIn(new FormBrowser(), lan, { scope }, ['name']);
    const id = (await listedOf(service))?.id ?? '';
    await phone.withdraw(id);
    await phone.withdraw(id);
    expect(Object.values((await consentOf(service))?.withdrawals ?? {})).toMatchObject([{ by: 'self', purpose: 'account' }]);
    const events = await phone.events();
    expect(events.filter(({ type, data }) => type === 'consent-withdrawn' && data['service'] === service.id)).toMatchObject([
      { data: { purpose: 'account', by: 'self' } },
    ]);
    expect(events.map(({ type }) => type)).not.toContain('signed-in');
  });

  it('refuses what a public service reads by law, until the whole service is given up', async () => {
    const service = await newService(law('Law 26'));
    const { tokens } = await service.signIn(new FormBrowser(), lan, { scope }, ['name']);
    const listed = await listedOf(service);
    expect(await refusalOf(phone.withdraw(listed?.id ?? '', 'birthdate'))).toBe('claim_by_law');
    await phone.withdraw(listed?.id ?? '');
    expect(await service.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
  });

  it('works for a person whose account is locked: who holds the phone may stop', async () => {
    const id = await world.provider.addPerson({ ...lan, id_number: '000190000077', phone: '0912000077' });
    const { code } = await world.provider.application.enrolmentCodes.issue(id, { vouched: true });
    const own = createVirtualPhone(await enrolPhone(world.provider.issuer, code));
    const service = await newService();
    await service.signIn(new FormBrowser(), { ...lan, id_number: '000190000077' }, { scope }, ['name']);
    await own.lock();
    const [listed] = await own.consents();
    await own.withdraw(listed?.id ?? '');
    expect(await own.consents()).toEqual([]);
  });
});

describe('attacks on the ledger', () => {
  it("another person's phone can neither read nor withdraw a consent", async () => {
    const service = await newService();
    const { tokens } = await service.signIn(new FormBrowser(), lan, { scope }, ['name']);
    const listed = (await phone.consents()).find(({ client_id: id }) => id === service.id);
    const minhId = (await world.provider.application.accounts.findByIdNumber(minh.id_number))?.id as AccountId;
    const { code } = await world.provider.application.enrolmentCodes.issue(minhId, { vouched: true });
    const other = createVirtualPhone(await enrolPhone(world.provider.issuer, code));
    await service.signIn(new FormBrowser(), minh, { scope }, ['name']);
    for (const id of [listed?.id ?? '', listed?.service_id ?? '', 'no-such-id']) {
      expect(await refusalOf(other.consent(id))).toBe('consent_not_found');
      expect(await refusalOf(other.withdraw(id))).toBe('consent_not_found');
      expect(await refusalOf(other.withdraw(id, 'name'))).toBe('consent_not_found');
    }
    expect(await service.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
  });

  it('a decision made on a phone before a withdrawal gives nothing after it', async () => {
    const service = await newService();
    await service.signIn(new FormBrowser(), lan, { scope: 'openid' });
    const { browser, page, approval, number } = await world.scanned(service, phone, { scope });
    await phone.decide(approval, { decision: 'approve', number, granted: ['name'] });
    const listed = (await phone.consents()).find(({ client_id: id }) => id === service.id);
    await phone.withdraw(listed?.service_id ?? '');
    const confirm = await browser.open(page.url);
    const ask = await browser.press(confirm, 'continue', {}, service.redirectUri);
    expect(ask.html).toContain('value="approve"');
    expect((await receiptsOf(service)).flatMap(({ granted }) => granted)).toEqual([]);
  });

  it('a purpose renamed between the phone’s screen and the page gets nothing by what was signed', async () => {
    const service = await newService();
    const { browser, page, approval, number } = await world.scanned(service, phone, { scope });
    await phone.decide(approval, { decision: 'approve', number, granted: ['name'] });
    await registerAgain(service, { purposes: purposes('Bán dữ liệu', 'Sell your data') });
    await browser.open(page.url);
    expect(await receiptsOf(service)).toEqual([]);
  });
});
