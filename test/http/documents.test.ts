import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import { unlockAccount } from '#src/accounts/locks.ts';
import { listDocuments } from '#src/documents/held-documents.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { createVirtualPhone, enrolPhone, readPayload, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { startDemoProgram } from '#test/support/demo-program.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { numberOf, qrOf, refusalOf } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const prefix = 'https://senid.example/claims/';
const licence = `${prefix}driving_licence`;
const insurance = `${prefix}health_insurance`;

// those of the demo, whose documents its agencies have
const lan = {
  id_number: '000190000101',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000101',
  identity_level: 2,
  password: 'sen hong 2026',
};
const thang = {
  ...lan,
  id_number: '000075000109',
  name: { family: 'Hoàng', middle: 'Đức', given: 'Thắng' },
  birthdate: '1975-01-19',
  phone: '0912000109',
};
const anh = {
  ...lan,
  id_number: '000195000103',
  name: { family: 'Lê', middle: '', given: 'Anh' },
  phone: '0912000103',
  identity_level: 1,
};

let agencies: Awaited<ReturnType<typeof startDemoProgram>>;
let provider: TestProvider;
let clinic: Service;
const ids = new Map<object, AccountId>();
const phones = new Map<object, VirtualPhone>();
const phoneOf = (person: object): VirtualPhone => phones.get(person) as VirtualPhone;

beforeAll(async () => {
  agencies = await startDemoProgram('agencies');
  const names = ['traffic-police', 'social-insurance', 'civil-status'];
  const addresses = names.map((name) => `${name}=${agencies.address}/${name}`).join(' ');
  provider = await startProvider({ environment: { SENID_AGENCY_URLS: addresses } });
  for (const person of [lan, thang, anh]) {
    const id = await provider.addPerson(person);
    ids.set(person, id);
    const { code } = await provider.application.enrolmentCodes.issue(id, { vouched: true });
    phones.set(person, createVirtualPhone(await enrolPhone(provider.issuer, code)));
  }
  clinic = await newService('clinic');
});
afterAll(async () => {
  await provider.stop();
  await agencies.stop();
});

const newService = (id: string, more = {}): Promise<Service> =>
  Service.register(provider, id, { allowed_claims: ['name', licence, insurance], ...more });

/** Asks, and waits for what the agency says. */
async function integrate(person: object, type: string, number: string): Promise<string> {
  await phoneOf(person).requestDocument(type, number);
  const id = ids.get(person) as AccountId;
  const stateNow = async () =>
    (await listDocuments(provider.application.documents, { id })).find((each) => each.type === type)?.state;
  await expect.poll(stateNow).not.toBe('pending');
  return (await stateNow()) ?? '';
}

type Person = typeof lan;

/** The consent page of a sign-in, with what leads on from it. */
async function consentPage(service: Service, person: Person, params: object) {
  const browser = new FormBrowser();
  const request = service.authorize({ scope: 'openid', ...params });
  const first = await browser.open(request.url);
  const entered = { id_number: person.id_number, password: person.password };
  return { browser, ...request, page: await browser.press(first, 'continue', entered, service.redirectUri) };
}

const learned = async (service: Service, person: Person, params: Readonly<Record<string, string>>, grant: string[] = []) => {
  const { tokens } = await service.signIn(new FormBrowser(), person, params, grant);
  const { sub: _, ...claims } = await service.userinfo(tokens);
  return { claims, tokens };
};

describe('a document of a citizen', () => {
  it('leaves to a service once its agency verified it and its holder agreed, and no more from the moment it is cancelled', async () => {
    expect(await integrate(lan, 'driving_licence', '000 190 000 901')).toBe('verified');
    const shop = await newService('shop');
    const { page } = await consentPage(shop, lan, { scope: 'openid driving_licence' });
    expect(page.html).toContain('Number: 000190000901\nFull name: Nguyễn Thị Lan\nClasses: A1, B\nIssued: 11 May 2020');
    expect(page.html).toContain('Managed by: Traffic Police Department');
    expect(page.html).not.toContain('health_insurance');

    const { claims, tokens } = await learned(shop, lan, { scope: 'openid driving_licence' }, [licence]);
    const released = {
      number: '000190000901',
      full_name: 'Nguyễn Thị Lan',
      classes: ['A1', 'B'],
      issued_on: '2020-05-11',
      expires_on: '2030-05-11',
      managing_agency: 'Cục Cảnh sát giao thông',
      verified_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    };
    expect(claims).toEqual({ [licence]: released });
    expect((await phoneOf(lan).documents())[0]).toMatchObject({
      state: 'verified',
      reason: null,
      record: { classes: ['A1', 'B'] },
    });

    await phoneOf(lan).cancelDocument('driving_licence');
    expect(await shop.userinfo(tokens)).toEqual({ sub: expect.any(String) });
    expect(await phoneOf(lan).documents()).toEqual([]);
    expect(await refusalOf(phoneOf(lan).cancelDocument('driving_licence'))).toBe('document_not_found');
  });

  it('that was not granted does not leave, nor one that the registration does not name', async () => {
    await integrate(lan, 'driving_licence', '000190000901');
    const shop = await newService('refused');
    expect((await learned(shop, lan, { scope: 'openid driving_licence' }, [])).claims).toEqual({});
    const other = await newService('unregistered', { allowed_claims: ['name'] });
    const smuggled = { scope: 'openid driving_licence', claims: JSON.stringify({ userinfo: { [licence]: { essential: true } } }) };
    const { page } = await consentPage(other, lan, smuggled);
    expect(page.html).not.toContain('000190000901');
    expect((await learned(other, lan, smuggled, [licence])).claims).toEqual({});
  });

  it('that somebody has not is said and not invented: the yes counts from when there is one', async () => {
    const scope = 'openid health_insurance';
    const { page } = await consentPage(clinic, thang, { scope });
    expect(page.html).toContain('none that is verified; the service gets it only once there is one');
    const { claims, tokens } = await learned(clinic, thang, { scope }, [insurance]);
    expect(claims).toEqual({});
    await integrate(thang, 'health_insurance', 'DN 0000000000109');
    expect(await clinic.userinfo(tokens)).toMatchObject({ [insurance]: { number: 'DN0000000000109' } });
  });

  it('that has expired does not leave, and its holder is told why in both languages', async () => {
    await integrate(thang, 'driving_licence', '000075000909');
    expect((await learned(await newService('rental'), thang, { scope: 'openid driving_licence' }, [licence])).claims).toEqual({});
    const held = (await phoneOf(thang).documents()).find(({ type }) => type === 'driving_licence');
    expect(held).toMatchObject({ state: 'expired', reason: { code: 'expired', vi: expect.stringContaining('hết hạn') } });
  });

  it('is shown on the phone with its value, and granted there', async () => {
    await integrate(lan, 'driving_licence', '000190000901');
    const garage = await newService('garage');
    const browser = new FormBrowser();
    const request = garage.authorize({ scope: 'openid driving_licence health_insurance' });
    const page = await browser.open(request.url);
    const approval = await phoneOf(lan).scan(qrOf(page));
    expect(readPayload(approval).claims).toEqual([
      expect.objectContaining({ name: licence, value: expect.objectContaining({ number: '000190000901' }) }),
      // nothing to show: it has none
      expect.not.objectContaining({ value: expect.anything() }),
    ]);
    const number = numberOf(await browser.open(page.url));
    await phoneOf(lan).decide(approval, { decision: 'approve', number, granted: [licence, insurance] });
    const back = await browser.press(await browser.open(page.url), 'continue', {}, garage.redirectUri);
    const { tokens } = await garage.redeem(back, request.verifier);
    expect(await garage.userinfo(tokens)).toMatchObject({ [licence]: { number: '000190000901' } });
  });
});

describe('attacks on documents', () => {
  it('a lost phone whose owner has locked the account reads no number and no record, and keeps the owner’s reasons', async () => {
    await integrate(lan, 'driving_licence', '000190000901');
    const lost = phoneOf(lan);
    await lost.lock();
    for (const path of ['/documents', '/account']) {
      const answer = (await lost.call('GET', path)) as { documents: readonly object[] };
      const licenceNow = { type: 'driving_licence', state: 'verified', reason: null, number: null, record: null };
      expect(answer.documents).toContainEqual(expect.objectContaining(licenceNow));
      for (const told of ['000190000901', 'Nguyễn', '2020-05-11']) expect(JSON.stringify(answer)).not.toContain(told);
    }
    await unlockAccount(provider.application, ids.get(lan) as AccountId, 'test');
    expect(JSON.stringify(await lost.documents())).toContain('000190000901');
  });

  it("does not let another person's number tell anything but that it does not match", async () => {
    expect(await integrate(lan, 'health_insurance', 'DN0000000000109')).toBe('mismatch');
    const held = (await phoneOf(lan).documents()).find(({ type }) => type === 'health_insurance');
    const events = await listAccountEvents(provider.application.store, ids.get(lan) as AccountId);
    expect(held).toMatchObject({ record: null, reason: { code: 'differs' } });
    expect(JSON.stringify([held, events])).not.toMatch(/Thắng|1975|000075000109|Hoa Sen/);
    const grant = [insurance];
    expect((await learned(await newService('curious'), lan, { scope: 'openid health_insurance' }, grant)).claims).toEqual({});
  });

  it('does not let a level-1 account integrate one, nor a service reach one through it', async () => {
    expect(await refusalOf(phoneOf(anh).requestDocument('driving_licence', '000190000901'))).toBe('document_level_missing');
    const shop = await newService('level-one');
    const { page } = await consentPage(shop, anh, { scope: 'openid driving_licence' });
    expect(page.html).not.toContain('name="grant"');
    expect(page.html).toMatch(/level.2/);
    const byName = JSON.stringify({ userinfo: { [licence]: { essential: true } } });
    expect((await learned(shop, anh, { claims: byName }, [licence])).claims).toEqual({});
  });

  it('does not let prompt=none tell who has a document and who has none', async () => {
    await integrate(lan, 'driving_licence', '000190000901');
    const shop = await newService('silent');
    const answers = [];
    for (const person of [lan, thang]) {
      const browser = new FormBrowser();
      await shop.signIn(browser, person);
      const { url } = shop.authorize({ scope: 'openid driving_licence marriage_certificate', prompt: 'none' });
      answers.push(new URL((await browser.open(url, {}, shop.redirectUri)).url).searchParams.get('error'));
    }
    expect(answers).toEqual(['consent_required', 'consent_required']);
  });

  it('does not let a locked account ask, but see and cancel', async () => {
    await phoneOf(thang).lock();
    expect(await refusalOf(phoneOf(thang).requestDocument('social_insurance', '0000000109'))).toBe('account_locked');
    const before = await phoneOf(thang).documents();
    await phoneOf(thang).cancelDocument('health_insurance');
    expect(await phoneOf(thang).documents()).toHaveLength(before.length - 1);
  });

  it('takes no document that is none', async () => {
    for (const body of [undefined, {}, { type: 1, number: 2 }, { type: 'driving_licence', number: 'x'.repeat(300) }, []])
      expect(await refusalOf(phoneOf(lan).call('POST', '/documents', body))).toBe('request_malformed');
    expect(await refusalOf(phoneOf(lan).requestDocument('__proto__', '1'))).toBe('document_type_unknown');
    expect(await refusalOf(phoneOf(lan).cancelDocument('__proto__'))).toBe('document_not_found');
  });
});

describe('discovery', () => {
  it('names each document as a claim and a scope', async () => {
    const metadata = (await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json()) as {
      readonly claims_supported: string[];
      readonly scopes_supported: string[];
    };
    const names = ['driving_licence', 'health_insurance', 'social_insurance', 'vehicle_registration'];
    const all = [...names, 'marriage_certificate', 'birth_certificate'];
    expect(metadata.scopes_supported).toEqual(expect.arrayContaining(all));
    expect(metadata.claims_supported).toEqual(expect.arrayContaining(all.map((name) => prefix + name)));
  });
});
