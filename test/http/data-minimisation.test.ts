import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dayInVietNam } from '#src/kernel/viet-nam-day.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { MovingClock } from '#test/support/moving-clock.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const prefix = 'https://senid.example/claims/';
const day = 24 * 3600_000;
const todayInVietNam = (): string => dayInVietNam(Date.now());

const lan = {
  id_number: '000190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000001',
  identity_level: 2,
  password: 'sen hong 2026',
};
const { phone: _, ...withoutPhone } = lan;
const child = {
  ...withoutPhone,
  id_number: '000195000003',
  birthdate: String(Number(todayInVietNam().slice(0, 4)) - 14),
};
const short = {
  birthdate: `${prefix}birthdate_matches`,
  name: `${prefix}name_matches`,
  phone: `${prefix}phone_number_matches`,
  id: `${prefix}personal_id_number_matches`,
};

const clock = new MovingClock();
let provider: TestProvider;
let shop: Service;

beforeAll(async () => {
  provider = await startProvider({ clock });
  for (const person of [lan, child]) await provider.addPerson(person);
  shop = await Service.register(provider, 'shop', { allowed_claims: [...Object.values(short), `${prefix}age_over_18`] });
});
afterAll(() => provider.stop());
afterEach(() => clock.reset());

async function learn(
  service: Service,
  asked: object,
  grant = Object.keys(asked),
  person: Pick<typeof lan, 'id_number' | 'password'> = lan,
): Promise<Record<string, unknown>> {
  const claims = JSON.stringify({ userinfo: asked });
  const { tokens } = await service.signIn(new FormBrowser(), person, { claims }, grant);
  const { sub: _, ...learned } = await service.userinfo(tokens);
  return learned;
}

const newShop = (id: string): Promise<Service> => Service.register(provider, id, { allowed_claims: Object.values(short) });

describe('an age', () => {
  it('is told as yes or no, and nothing of the birthdate', async () => {
    const bar = await Service.register(provider, 'bar', { allowed_claims: [`${prefix}age_over_18`, `${prefix}age_over_60`] });
    const asked = {
      [`${prefix}age_over_18`]: null,
      [`${prefix}age_over_60`]: null,
      [`${prefix}age_over_21`]: null,
      birthdate: null,
    };
    expect(await learn(bar, asked)).toEqual({ [`${prefix}age_over_18`]: true, [`${prefix}age_over_60`]: false });
  });

  it('is not told where a year alone leaves it open', async () => {
    const club = await Service.register(provider, 'club', { allowed_claims: [`${prefix}age_over_14`, `${prefix}age_over_16`] });
    const asked = { [`${prefix}age_over_14`]: null, [`${prefix}age_over_16`]: null };
    expect(await learn(club, asked, Object.keys(asked), child)).toEqual({
      ...(todayInVietNam().endsWith('12-31') ? { [`${prefix}age_over_14`]: true } : {}),
      [`${prefix}age_over_16`]: false,
    });
  });

  it('comes with no scope: a service asks for it by name', async () => {
    const reader = await Service.register(provider, 'reader', { allowed_claims: ['name', `${prefix}age_over_18`] });
    const grant = ['name', `${prefix}age_over_18`];
    const { tokens } = await reader.signIn(new FormBrowser(), lan, { scope: 'openid profile' }, grant);
    expect(await reader.userinfo(tokens)).toEqual({ sub: expect.any(String), name: 'Nguyễn Thị Lan' });
  });
});

describe('a comparison', () => {
  it.each([
    [short.birthdate, '1990-02-01', '1990-02-02'],
    [short.name, '  nguyễn THỊ  lan', 'Nguyen Thi Lan'],
    [short.phone, '+84 912 000 001', '0912000002'],
    [short.id, '000 190 000 001', '000190000002'],
  ])('%s says whether, and never what', async (claim, right, wrong) => {
    expect(await learn(shop, { [claim]: { value: right } })).toEqual({ [claim]: true });
    expect(await learn(shop, { [claim]: { value: wrong } })).toEqual({ [claim]: false });
  });

  it('without a value, with one that is no text, or of what the person does not have, is not made', async () => {
    const other = await newShop('other');
    for (const member of [null, { essential: true }, { value: 19900201 }, { value: '' }, { values: ['1990-02-01'] }])
      expect(await learn(other, { [short.birthdate]: member })).toEqual({});
    expect(await learn(other, { [short.phone]: { value: '0912000001' } }, [short.phone], child)).toEqual({});
  });

  it('needs consent of its own, and shows the person what the service will learn', async () => {
    const careful = await newShop('careful');
    const claims = JSON.stringify({ userinfo: { [short.birthdate]: { value: '1990-02-01' } } });
    const browser = new FormBrowser();
    const first = await browser.open(careful.authorize({ claims }).url);
    const page = await browser.press(first, 'continue', { id_number: lan.id_number, password: lan.password });
    expect(page.html).toContain('Whether your date of birth is right');
    expect(page.html).toContain('it matches');
    expect(page.html).not.toContain('1990');
    expect(await learn(careful, { [short.birthdate]: { value: '1990-02-01' } }, [])).toEqual({});
  });

  it('does not let a service find a birthdate by trying', async () => {
    const curious = await newShop('curious');
    const guess = (value: string, grant?: string[]) => learn(curious, { [short.birthdate]: { value } }, grant);
    for (const value of ['1990-01-29', '1990-01-30', '1990-01-31'])
      expect(await guess(value)).toEqual({ [short.birthdate]: false });
    expect(await guess('1990-02-01')).toEqual({});
    expect(await guess('1990-01-30')).toEqual({ [short.birthdate]: false });
    // nor by asking once in the ID token and once at userinfo
    const claims = JSON.stringify({ id_token: { [short.birthdate]: { value: '1990-02-01' } } });
    expect((await curious.signIn(new FormBrowser(), lan, { claims })).claims).not.toHaveProperty([short.birthdate]);
    clock.advance(30 * day);
    expect(await guess('1990-02-01')).toEqual({ [short.birthdate]: true });
  });

  it('uses nothing up when the person said no', async () => {
    const refused = await newShop('refused');
    for (const value of ['1990-01-29', '1990-01-30', '1990-01-31'])
      expect(await learn(refused, { [short.birthdate]: { value } }, [])).toEqual({});
    const asked = { userinfo: { [short.birthdate]: { value: '1990-02-01' } } };
    const params = { claims: JSON.stringify(asked), prompt: 'consent' };
    const { tokens } = await refused.signIn(new FormBrowser(), lan, params, [short.birthdate]);
    expect(await refused.userinfo(tokens)).toMatchObject({ [short.birthdate]: true });
  });
});
