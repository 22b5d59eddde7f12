import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { consentId, consents } from '#src/consent/collections.ts';
import { findConsent } from '#src/consent/record-consent.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { createVirtualPhone, enrolPhone, readPayload } from '#src/phone/virtual-phone.ts';
import { ask as askByItself, poll, registerBackchannelService } from '#test/support/backchannel-service.ts';
import { FapiService } from '#test/support/fapi-service.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { MovingClock } from '#test/support/moving-clock.ts';
import { numberOf, qrOf } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';
import { shapeFaults } from '#test/support/verified-claims-schema.ts';

const prefix = 'https://senid.example/claims/';
const framework = 'https://senid.example/tf/vn-eid';

const lan = {
  id_number: '000190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  email: 'lan@example.org',
  identity_level: 2,
  password: 'sen hong 2026',
  address: { locality: 'Phường Mẫu', region: 'Hà Nội' },
  evidence: {
    kind: 'in-person',
    place: 'Công an phường Mẫu',
    date: '2021-01-15',
    officer: 'officer-0001',
    document: { type: 'idcard', issuer: 'Bộ Công an', issued_on: '2020-07-01', expires_on: '2060-02-01' },
    register: { source: 'Cơ sở dữ liệu quốc gia về dân cư', date: '2021-01-16' },
  },
};
/** Proven in another way, of which nothing more is known. */
const minh = {
  ...lan,
  id_number: '000185000002',
  name: { family: 'Trần', middle: 'Văn', given: 'Minh' },
  evidence: { kind: 'combined', place: 'Công an phường Mẫu', date: 'tháng 1', officer: 'officer-0001' },
};
const anh = {
  ...lan,
  id_number: '000195000003',
  name: { family: 'Lê', middle: '', given: 'Anh' },
  identity_level: 1,
  birthdate: '1995',
};

const allNames = ['name', 'birthdate', 'gender', 'address', 'nationalities', `${prefix}personal_id_number`, `${prefix}age_over_18`];
const verified = (...names: string[]): string[] => names.map((name) => `verified_claims.${name}`);

const clock = new MovingClock();
let provider: TestProvider;
let bank: Service;
let lanId: AccountId;

beforeAll(async () => {
  provider = await startProvider({ clock });
  lanId = await provider.addPerson(lan);
  for (const person of [minh, anh]) await provider.addPerson(person);
  bank = await Service.register(provider, 'bank', { allowed_claims: verified(...allNames) });
});
afterAll(() => provider.stop());
afterEach(() => clock.reset());

type Answer = Record<string, unknown> | Record<string, unknown>[] | undefined;
const inUserinfo = (asked: unknown): string => JSON.stringify({ userinfo: { verified_claims: asked } });
const set = (verification: object = {}, claims: object = { name: null }) => ({
  verification: { trust_framework: null, ...verification },
  claims,
});

/** The verified claims of an answer, after a look at their shape. */
function shaped({ verified_claims: answer }: Record<string, unknown>): Answer {
  if (answer !== undefined) expect(shapeFaults(answer)).toEqual([]);
  return answer as Answer;
}

/** What userinfo answers to this request; every answer has the right shape. */
async function ask(
  asked: unknown,
  {
    service = bank,
    person = lan,
    grant = verified(...allNames),
  }: { service?: Service; person?: { id_number: string; password: string }; grant?: string[] } = {},
): Promise<Answer> {
  const { tokens } = await service.signIn(new FormBrowser(), person, { claims: inUserinfo(asked) }, grant);
  return shaped(await service.userinfo(tokens));
}

const whole = {
  trust_framework: null,
  assurance_level: null,
  time: null,
  evidence: [
    {
      type: { value: 'document' },
      check_details: [{ check_method: null, organization: null, time: null }],
      document_details: { type: null, date_of_issuance: null, date_of_expiry: null, issuer: { name: null } },
    },
    {
      type: { value: 'electronic_record' },
      check_details: [{ check_method: null, time: null }],
      record: { type: null, source: { name: null } },
    },
  ],
};

describe('verified claims', () => {
  it('say how a level-2 person was verified, from the evidence of the account', async () => {
    expect(await ask({ verification: whole, claims: { name: null, birthdate: null, [`${prefix}age_over_18`]: null } })).toEqual({
      verification: {
        trust_framework: framework,
        assurance_level: 'level2',
        time: '2021-01-15T16:59:59Z',
        evidence: [
          {
            type: 'document',
            check_details: [
              {
                check_method: `${prefix}check-methods/in-person`,
                organization: 'Công an phường Mẫu',
                time: '2021-01-15T16:59:59Z',
              },
            ],
            document_details: {
              type: 'idcard',
              date_of_issuance: '2020-07-01',
              date_of_expiry: '2060-02-01',
              issuer: { name: 'Bộ Công an' },
            },
          },
          {
            type: 'electronic_record',
            check_details: [{ check_method: `${prefix}check-methods/register`, time: '2021-01-16T16:59:59Z' }],
            record: { type: 'population_register', source: { name: 'Cơ sở dữ liệu quốc gia về dân cư' } },
          },
        ],
      },
      claims: { name: 'Nguyễn Thị Lan', birthdate: '1990-02-01', [`${prefix}age_over_18`]: true },
    });
  });

  it('come in the ID token when they are asked for there, and only there', async () => {
    const claims = JSON.stringify({ id_token: { verified_claims: set() } });
    const signedIn = await bank.signIn(new FormBrowser(), lan, { claims }, verified('name'));
    expect(shaped(decodeJwt(signedIn.tokens.id_token))).toEqual({
      verification: { trust_framework: framework },
      claims: { name: 'Nguyễn Thị Lan' },
    });
    expect(await bank.userinfo(signedIn.tokens)).toEqual({ sub: expect.any(String) });
  });

  it('never tell what was not named: neither elements of the verification nor claims', async () => {
    expect(await ask(set({ evidence: [{ type: { value: 'document' }, document_details: null }] }))).toEqual({
      verification: { trust_framework: framework, evidence: [{ type: 'document' }] },
      claims: { name: 'Nguyễn Thị Lan' },
    });
    // an element without what it must have goes, and so do its parents
    const withoutRequired = {
      type: { value: 'document' },
      check_details: [{ organization: null }],
      document_details: { issuer: { name: null } },
    };
    expect(await ask(set({ evidence: [withoutRequired] }))).toEqual({
      verification: { trust_framework: framework, evidence: [{ type: 'document' }] },
      claims: { name: 'Nguyễn Thị Lan' },
    });
  });

  it('of a level-1 person say the level, and have no evidence and no data of level 2', async () => {
    const claims = { name: null, address: null, [`${prefix}age_over_18`]: null };
    expect(await ask(set({ assurance_level: null, time: null }, claims), { person: anh })).toEqual({
      verification: { trust_framework: framework, assurance_level: 'level1' },
      claims: { name: 'Lê Anh', [`${prefix}age_over_18`]: true },
    });
    expect(await ask(set({ evidence: [{ type: { value: 'document' } }] }), { person: anh })).toBeUndefined();
  });

  it('invent nothing: evidence of another kind, and a date that names no day, are told to nobody', async () => {
    expect(await ask(set({ assurance_level: null, time: null }), { person: minh })).toEqual({
      verification: { trust_framework: framework, assurance_level: 'level2' },
      claims: { name: 'Trần Văn Minh' },
    });
    expect(await ask(set({ evidence: [{ type: { value: 'document' } }] }), { person: minh })).toBeUndefined();
  });
});

describe('a request with conditions', () => {
  const year = 365 * 86_400;
  const document = (more: object) => ({ evidence: [{ type: { value: 'document' }, ...more }] });
  const record = (more: object) => ({ evidence: [{ type: { value: 'electronic_record' }, ...more }] });

  it.each([
    ['the trust framework', { trust_framework: { value: framework } }, { trust_framework: { value: 'eidas' } }],
    [
      'one of several frameworks',
      { trust_framework: { values: ['eidas', framework] } },
      { trust_framework: { values: ['eidas', 'de_aml'] } },
    ],
    ['the level', { assurance_level: { value: 'level2' } }, { assurance_level: { value: 'level3' } }],
    ['the time', { time: { max_age: 100 * year } }, { time: { max_age: 60 } }],
    ['the kind of evidence', document({}), { evidence: [{ type: { value: 'vouch' } }] }],
    [
      'how it was checked',
      document({ check_details: [{ check_method: { value: `${prefix}check-methods/in-person` } }] }),
      document({ check_details: [{ check_method: { value: 'vri' } }] }),
    ],
    [
      'one of several checks',
      document({
        check_details: [{ check_method: { value: 'vri' } }, { check_method: { value: `${prefix}check-methods/in-person` } }],
      }),
      document({ check_details: [{ check_method: { value: 'vri' } }, { check_method: { value: 'data' } }] }),
    ],
    [
      'who checked it',
      document({ check_details: [{ check_method: null, organization: { value: 'Công an phường Mẫu' } }] }),
      document({ check_details: [{ check_method: null, organization: { value: 'Công an phường Khác' } }] }),
    ],
    [
      'the type of document',
      document({ document_details: { type: { values: ['passport', 'idcard'] } } }),
      document({ document_details: { type: { value: 'passport' } } }),
    ],
    [
      'the age of a document',
      document({ document_details: { type: null, date_of_issuance: { max_age: 100 * year } } }),
      document({ document_details: { type: null, date_of_issuance: { max_age: 60 } } }),
    ],
    [
      'a document that is still good',
      document({ document_details: { type: null, date_of_expiry: { max_age: 0 } } }),
      document({ document_details: { type: null, serial_number: { value: '1' } } }),
    ],
    [
      'the source of a record',
      record({ record: { type: null, source: { name: { value: 'Cơ sở dữ liệu quốc gia về dân cư' } } } }),
      record({ record: { type: null, source: { name: { value: 'elsewhere' } } } }),
    ],
    ['an element that nobody holds', {}, { assurance_process: { policy: { value: 'x' } } }],
  ])('on %s is answered when it is met, and otherwise with nothing at all', async (_what, met, unmet) => {
    expect(await ask(set(met))).toMatchObject({ claims: { name: 'Nguyễn Thị Lan' } });
    expect(await ask(set(unmet))).toBeUndefined();
  });

  it('counts the age of a day from its last second, by the clock of now', async () => {
    const lastSecond = Date.UTC(2021, 0, 15, 16, 59, 59);
    const age = Math.ceil((clock.now() - lastSecond) / 1000) + 3600;
    expect(await ask(set({ time: { max_age: age } }))).toBeDefined();
    clock.advance(7200_000);
    expect(await ask(set({ time: { max_age: age } }))).toBeUndefined();
  });

  it('on a claim omits that claim alone', async () => {
    const claims = { name: { value: 'Somebody Else' }, gender: { values: ['female'] }, nationalities: { value: ['VNM'] } };
    expect(await ask(set({}, claims))).toMatchObject({ claims: { gender: 'female', nationalities: ['VNM'] } });
    expect(Object.keys(((await ask(set({}, claims))) as { claims: object }).claims)).toEqual(['gender', 'nationalities']);
    expect(await ask(set({}, { name: { value: 'Somebody Else' } }))).toBeUndefined();
  });

  it('of several kinds of evidence is content with one', async () => {
    const answer = await ask(set({ evidence: [{ type: { value: 'vouch' } }, { type: { value: 'electronic_record' } }] }));
    expect(answer).toMatchObject({ verification: { evidence: [{ type: 'electronic_record' }] } });
  });

  it('tells of one piece of evidence what every wish that it meets has named', async () => {
    const answer = await ask(
      set({
        evidence: [
          { type: { value: 'document' }, document_details: { type: { value: 'idcard' } } },
          { type: { value: 'document' }, document_details: { type: null, date_of_expiry: null } },
          { type: { value: 'document' }, check_details: [{ check_method: null }, { check_method: null, organization: null }] },
          { type: { value: 'document' }, document_details: { type: { value: 'passport' }, issuer: { name: null } } },
        ],
      }),
    );
    expect(answer).toMatchObject({ verification: { trust_framework: framework } });
    expect((answer as { verification: { evidence: unknown } }).verification.evidence).toEqual([
      {
        type: 'document',
        document_details: { type: 'idcard', date_of_expiry: '2060-02-01' },
        check_details: [{ check_method: `${prefix}check-methods/in-person`, organization: 'Công an phường Mẫu' }],
      },
    ]);
  });
});

describe('several sets', () => {
  it('are answered each by itself: what cannot be answered is left out, and one answer is a list too', async () => {
    const other = set({ trust_framework: { value: 'eidas' } }, { birthdate: null });
    const own = set({ assurance_level: { value: 'level2' } }, { name: null });
    const both = set({}, { name: null, gender: null });
    expect(await ask([other, own, both])).toEqual([
      { verification: { trust_framework: framework, assurance_level: 'level2' }, claims: { name: 'Nguyễn Thị Lan' } },
      { verification: { trust_framework: framework }, claims: { name: 'Nguyễn Thị Lan', gender: 'female' } },
    ]);
    expect(await ask([other, own])).toHaveLength(1);
    expect(await ask([other])).toBeUndefined();
  });
});

describe('a service of the strong profiles', () => {
  const asked = { userinfo: { verified_claims: [set({}, { name: null }), set({ trust_framework: { value: 'eidas' } })] } };

  it.each([
    ['pushed', false],
    ['pushed and signed', true],
  ])('asks by a request that is %s, arrays too, and is answered the same', async (_how, isSigned) => {
    const id = `strong-${isSigned}`;
    const more = isSigned ? { request_object_signing_alg: 'ES256', require_signed_request_object: true } : {};
    const strong = await FapiService.register(provider, id, { allowed_claims: verified('name'), ...more });
    const { verifier, fields } = strong.request();
    const sent = isSigned
      ? { request: await strong.signedRequest(fields, { claims: asked }) }
      : { ...fields, claims: JSON.stringify(asked) };
    const pushed = await strong.call('/request', sent, {});
    expect(pushed.status).toBe(201);
    const browser = new FormBrowser();
    const first = await browser.open(strong.authorizeUrl(pushed.body['request_uri']));
    const consent = await browser.press(first, 'continue', { id_number: lan.id_number, password: lan.password });
    const back = await browser.press(consent, 'approve', { grant: verified('name') }, strong.redirectUri);
    const { body } = await strong.redeem(new URL(back.url).searchParams.get('code') ?? '', verifier);
    const answer = (await (await strong.userinfo(String(body['access_token']))).json()) as Record<string, unknown>;
    expect(shaped(answer)).toEqual([{ verification: { trust_framework: framework }, claims: { name: 'Nguyễn Thị Lan' } }]);
  });

  it('hears what is malformed when it pushes', async () => {
    const strong = await FapiService.register(provider, 'strong-wrong', { allowed_claims: verified('name') });
    const { fields } = strong.request({ claims: inUserinfo({ claims: { name: null } }) });
    const { status, body } = await strong.call('/request', fields, {});
    expect([status, body['error']]).toEqual([400, 'invalid_request']);
    expect(body['error_description']).toContain('verification must be an object');
  });
});

describe('a service that asks by itself', () => {
  it('gets verified claims as they were granted on the phone, in the ID token and at userinfo', async () => {
    const insurer = await registerBackchannelService(provider, 'insurer', { allowed_claims: verified('name', 'birthdate') });
    const { code } = await provider.application.enrolmentCodes.issue(lanId, { vouched: true });
    const phone = createVirtualPhone(await enrolPhone(provider.issuer, code));
    const wanted = { verified_claims: [set({ time: null }, { name: { value: 'Nguyễn Thị Lan' }, birthdate: null })] };
    const claims = JSON.stringify({ userinfo: wanted, id_token: wanted });
    const asked = await askByItself(insurer, { login_hint: lan.id_number, binding_message: 'Hợp đồng 12', claims });
    const approval = await phone.open((await phone.list())[0]?.id ?? '');
    expect(readPayload(approval).claims).toMatchObject([
      { name: 'verified_claims.name', value: 'Nguyễn Thị Lan', verified: true },
      { name: 'verified_claims.birthdate', value: '1990-02-01', verified: true },
    ]);
    await phone.decide(approval, { decision: 'approve', granted: verified('name') });
    clock.advance(6000);
    const { body } = await poll(insurer, asked.body['auth_req_id']);
    const answer = [
      { verification: { trust_framework: framework, time: '2021-01-15T16:59:59Z' }, claims: { name: 'Nguyễn Thị Lan' } },
    ];
    expect(shaped(decodeJwt(String(body['id_token'])))).toEqual(answer);
    const headers = { authorization: `Bearer ${String(body['access_token'])}` };
    const userinfo = await fetch(`${provider.issuer}/me`, { headers });
    expect(shaped((await userinfo.json()) as Record<string, unknown>)).toEqual(answer);
  });
});

describe('a malformed request', () => {
  it.each([
    ['a text', 'all', 'must be an object'],
    ['null', null, 'must be an object'],
    ['an empty list', [], 'must have a member'],
    ['no verification', { claims: { name: null } }, 'verification must be an object'],
    ['no trust framework', { verification: {}, claims: { name: null } }, 'must name trust_framework'],
    ['no claims', { verification: { trust_framework: null } }, 'claims must be an object'],
    ['a claim that is true', set({}, { name: true }), 'claims.name must be null or an object'],
    ['evidence that is no list', set({ evidence: { type: { value: 'document' } } }), 'evidence must be an array'],
    ['evidence without a type', set({ evidence: [{ check_details: null }] }), 'evidence[0].type must have a value'],
    ['several types', set({ evidence: [{ type: { value: 'document', values: ['vouch'] } }] }), 'takes value, not values'],
    ['no values', set({ assurance_level: { values: [] } }), 'values must be an array with a member'],
    ['a max_age in words', set({ time: { max_age: 'one year' } }), 'max_age must be a number'],
    ['a set in a list that is none', [set(), 'name'], 'verified_claims[1] must be an object'],
    ['too many sets', Array.from({ length: 21 }, () => set()), 'more than 20'],
  ])('with %s is an invalid_request that says what is wrong', async (_what, asked, said) => {
    const { url } = bank.authorize({ claims: inUserinfo(asked) });
    const back = new URL((await new FormBrowser().open(url, {}, bank.redirectUri)).url);
    expect(back.searchParams.get('error')).toBe('invalid_request');
    expect(back.searchParams.get('error_description')).toContain(said);
  });
});

describe('the gate', () => {
  it('does not let consent for a claim pass for its verified form, nor the other way', async () => {
    const shop = await Service.register(provider, 'shop', { allowed_claims: ['name', ...verified('name')] });
    const plain = { scope: 'openid', claims: JSON.stringify({ userinfo: { name: null } }) };
    await shop.signIn(new FormBrowser(), lan, plain, ['name']);
    expect(await ask(set(), { service: shop, grant: [] })).toBeUndefined();
    // that was a refusal; asked again it is granted, and the plain claim stays as it was
    const again = { prompt: 'consent', claims: inUserinfo(set()) };
    const { tokens } = await shop.signIn(new FormBrowser(), lan, again, verified('name'));
    expect(shaped(await shop.userinfo(tokens))).toMatchObject({ claims: { name: 'Nguyễn Thị Lan' } });
    const market = await Service.register(provider, 'market', { allowed_claims: ['name', ...verified('name')] });
    await ask(set(), { service: market });
    const second = await market.signIn(new FormBrowser(), lan, plain, []);
    expect(await market.userinfo(second.tokens)).toEqual({ sub: expect.any(String) });
  });

  it('lets nothing out that the service did not register, whatever the person ticks', async () => {
    const narrow = await Service.register(provider, 'narrow', { allowed_claims: ['name', 'birthdate', ...verified('gender')] });
    const answer = await ask(set({}, { name: null, birthdate: null, gender: null }), { service: narrow });
    expect(answer).toEqual({ verification: { trust_framework: framework }, claims: { gender: 'female' } });
  });

  it('does not give a verified claim to who asks for it as a plain one', async () => {
    const [name = ''] = verified('name');
    const claims = JSON.stringify({ userinfo: { [name]: null }, id_token: { [name]: null } });
    const sly = await Service.register(provider, 'sly', { allowed_claims: [name] });
    const browser = new FormBrowser();
    const first = await browser.open(sly.authorize({ claims }).url);
    const page = await browser.press(first, 'continue', { id_number: lan.id_number, password: lan.password });
    expect(page.html).not.toContain('name="grant"');
    const { tokens } = await bank.signIn(new FormBrowser(), lan, { claims }, [name]);
    expect(await bank.userinfo(tokens)).toEqual({ sub: expect.any(String) });
    expect(decodeJwt(tokens.id_token)).not.toHaveProperty([name]);
  });

  it('does not tell by a silent request whether a condition is met that nobody agreed to', async () => {
    const curious = await Service.register(provider, 'curious', { allowed_claims: ['name', ...verified('name', 'birthdate')] });
    const browser = new FormBrowser();
    await curious.signIn(browser, lan, { scope: 'openid profile' }, []);
    const silent = async (asked: unknown): Promise<string | null> => {
      const { url } = curious.authorize({ prompt: 'none', claims: inUserinfo(asked) });
      return new URL((await browser.open(url, {}, curious.redirectUri)).url).searchParams.get('error');
    };
    const answers = [];
    for (const wish of [{ value: '1990-02-01' }, { value: '1990-02-02' }]) answers.push(await silent(set({}, { birthdate: wish })));
    for (const wish of [{ max_age: 60 }, { max_age: 999_999_999 }]) answers.push(await silent(set({ time: wish })));
    expect(answers).toEqual(Array.from({ length: 4 }, () => 'consent_required'));
  });

  it('asks nobody for what an unknown trust framework can never give', async () => {
    const foreign = await Service.register(provider, 'foreign', { allowed_claims: verified('name') });
    const browser = new FormBrowser();
    const first = await browser.open(foreign.authorize({ claims: inUserinfo(set({ trust_framework: { value: 'eidas' } })) }).url);
    const page = await browser.press(first, 'continue', { id_number: lan.id_number, password: lan.password });
    expect(page.html).toContain('value="approve"');
    expect(page.html).not.toContain('name="grant"');
    expect(await ask(set({ trust_framework: { value: 'eidas' } }), { service: foreign, grant: [] })).toBeUndefined();
  });

  it('lets a public service read verified claims by law once the person was told', async () => {
    const office = await Service.register(provider, 'office', {
      class: 'public',
      allowed_claims: verified('name', 'birthdate'),
      legal_basis: [{ claim: 'verified_claims.name', text: { vi: 'Luật', en: 'The Law' } }],
    });
    const answer = await ask(set({}, { name: null, birthdate: null }), { service: office, grant: [] });
    expect(answer).toMatchObject({ claims: { name: 'Nguyễn Thị Lan' } });
    expect(answer).not.toHaveProperty('claims.birthdate');
  });

  it('refuses a registration of a verified claim that nobody verifies', async () => {
    await expect(Service.register(provider, 'wrong', { allowed_claims: ['verified_claims.email'] })).rejects.toMatchObject({
      code: 'client_metadata_invalid',
    });
  });
});

describe('the person', () => {
  it('is shown verified claims on the phone by their values, and what is granted there leaves and is not asked again', async () => {
    const shop = await Service.register(provider, 'by-phone', { allowed_claims: ['name', ...verified('name', 'birthdate')] });
    const { code } = await provider.application.enrolmentCodes.issue(lanId, { vouched: true });
    const phone = createVirtualPhone(await enrolPhone(provider.issuer, code));
    const browser = new FormBrowser();
    const claims = JSON.stringify({
      userinfo: { name: null, verified_claims: set({}, { name: { essential: true }, birthdate: null }) },
    });
    const { url, verifier } = shop.authorize({ claims });
    const page = await browser.open(url);
    const approval = await phone.scan(qrOf(page));
    const shown = readPayload(approval).claims;
    expect(shown.map(({ name, value, essential, verified: isVerified }) => ({ name, value, essential, isVerified }))).toEqual([
      { name: 'name', value: 'Nguyễn Thị Lan', essential: false, isVerified: undefined },
      { name: 'verified_claims.name', value: 'Nguyễn Thị Lan', essential: true, isVerified: true },
      { name: 'verified_claims.birthdate', value: '1990-02-01', essential: false, isVerified: true },
    ]);
    const number = numberOf(await browser.open(page.url));
    await phone.decide(approval, { decision: 'approve', number, granted: ['verified_claims.birthdate'] });
    const consent = await browser.press(await browser.open(page.url), 'continue');
    expect(consent.html).toContain('value="verified_claims.name"');
    expect(consent.html).not.toContain('value="verified_claims.birthdate"');
    const { tokens } = await shop.redeem(await browser.press(consent, 'approve', { grant: [] }, shop.redirectUri), verifier);
    expect(shaped(await shop.userinfo(tokens))).toEqual({
      verification: { trust_framework: framework },
      claims: { birthdate: '1990-02-01' },
    });
  });

  it('reads on the page which claims go as verified, and what goes along', async () => {
    const page = await Service.register(provider, 'page', { allowed_claims: ['name', ...verified('birthdate')] });
    const claims = JSON.stringify({ userinfo: { name: null, verified_claims: set({}, { birthdate: { essential: true } }) } });
    for (const [language, word, along] of [
      ['en', 'verified', 'sent with how you were verified'],
      ['vi', 'đã xác minh', 'gửi kèm việc bạn đã được xác minh thế nào'],
    ] as const) {
      const browser = new FormBrowser({ 'accept-language': language });
      const first = await browser.open(page.authorize({ claims }).url);
      const consent = await browser.press(first, 'continue', { id_number: lan.id_number, password: lan.password });
      expect(consent.html).toMatch(new RegExp(`value="verified_claims.birthdate"[\\s\\S]*?<span class="verified">${word}</span>`));
      expect(consent.html.match(/class="verified"/g)).toHaveLength(1);
      expect(consent.html).toContain(language === 'en' ? '1 February 1990' : '01/02/1990');
      expect(consent.html).toContain(along);
      expect(consent.html).not.toContain('checked');
      await browser.press(consent, 'approve', { grant: [] }, page.redirectUri);
      const kept = await findConsent(provider.application.store, lanId, page.id);
      const sentences = Object.values(kept?.words ?? {}).flatMap((words) => words.page);
      expect(sentences.filter((sentence) => sentence.includes(`✓ ${word} (`))).toHaveLength(1);
      expect(sentences.some((sentence) => sentence.includes(along))).toBe(true);
      await provider.application.store.remove(consents, consentId(lanId, page.id));
    }
  });
});

describe('discovery', () => {
  it('tells what can be asked for, and every answer keeps to it', async () => {
    const metadata = (await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json()) as Record<
      string,
      string[]
    >;
    expect(metadata).toMatchObject({
      verified_claims_supported: true,
      trust_frameworks_supported: [framework],
      evidence_supported: ['document', 'electronic_record'],
      documents_supported: expect.arrayContaining(['idcard']),
      documents_check_methods_supported: [`${prefix}check-methods/in-person`],
      electronic_records_supported: ['population_register'],
      claims_in_verified_claims_supported: expect.arrayContaining(allNames),
      claims_supported: expect.arrayContaining(['verified_claims', `${prefix}age_over_18`, `${prefix}name_matches`]),
    });
    expect(metadata['claims_in_verified_claims_supported']).not.toContain('email');
    expect(metadata['claims_supported']?.some((name) => name.startsWith('verified_claims.'))).toBe(false);
    const all = {
      verification: whole,
      claims: Object.fromEntries((metadata['claims_in_verified_claims_supported'] ?? []).map((name) => [name, null])),
    };
    const answer = (await ask(all)) as { verification: { evidence: Record<string, { type: string }>[] }; claims: object };
    expect(Object.keys(answer.claims).sort()).toEqual([...allNames].sort());
    const [document, record] = answer.verification.evidence;
    expect(metadata['documents_supported']).toContain(document?.['document_details']?.type);
    expect(metadata['electronic_records_supported']).toContain(record?.['record']?.type);
  });
});
