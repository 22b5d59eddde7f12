import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, registerBackchannelService } from '#test/support/backchannel-service.ts';
import type { FapiService } from '#test/support/fapi-service.ts';
import { lan, openPhoneWorld, type PhoneWorld } from '#test/support/phone-world.ts';
import { Service } from '#test/support/service.ts';

let world: PhoneWorld;
let bank: FapiService;
let phone: VirtualPhone;
let linkToken: string;
beforeAll(async () => {
  world = await openPhoneWorld();
  bank = await registerBackchannelService(world.provider, 'bank');
  phone = await world.newPhone();
  const shop = await Service.register(world.provider, 'shop', { grant_types: ['authorization_code', 'client_credentials'] });
  const answer = await shop.post('/token', { grant_type: 'client_credentials' });
  linkToken = ((await answer.json()) as { access_token: string }).access_token;
});
afterAll(() => world.provider.stop());
/** Nothing of the test before waits. */
beforeEach(async () => {
  for (const { id } of await phone.list()) await phone.decide(await phone.open(id), { decision: 'deny' });
});

/** Words that look like others, or like nothing, to the person who reads them. */
const tricks = [
  ['letters that are not seen (Hangul filler)', 'Lan\u3164\u3164Co'],
  ['a word of nothing but blanks that are no blanks', '\u3164\u3164\u3164\u3164'],
  ['Braille without dots', 'Lan \u2800\u2800 Co'],
  ['a joiner that hides between letters', 'Lan\u034f Co'],
  ['a choice of variants', 'Lan\ufe0f Co'],
  ['a soft hyphen', 'Lan\u00ad Co'],
  ['no width at all', 'Lan\u200b Co'],
  ['a turned direction', 'Lan\u202e oC'],
  ['a separate line', 'Lan\u2028 Co'],
  ['a wide blank that pushes the rest away', 'Lan\u00a0\u00a0\u00a0\u00a0Co'],
  ['accents that pile up over the lines around', 'Lan q\u0300\u0301\u0302\u0303\u0304\u0305 Co'],
  ['a control sign', 'Lan\u0007 Co'],
] as const;

const payment = (more: object) => [
  {
    type: 'senid_transaction',
    amount: { value: 1000, currency: 'VND' },
    payee: { name: 'Điện lực', account: '0011' },
    purpose: 'Tiền điện',
    reference: 'HD-1',
    ...more,
  },
];
const pay = async (more: object) =>
  (await ask(bank, { login_hint: lan.id_number, authorization_details: JSON.stringify(payment(more)) })).body['error'];

describe('words that mislead are refused where people read them', () => {
  it.each(tricks)('%s', async (_, words) => {
    const message = await ask(bank, { login_hint: lan.id_number, binding_message: words });
    expect(message.body['error']).toBe('invalid_binding_message');
    for (const more of [
      { payee: { name: words, account: '1' } },
      { payee: { name: 'A', account: words } },
      { purpose: words },
      { reference: words },
    ])
      expect(await pay(more)).toBe('invalid_authorization_details');
    for (const more of [{ client_name: words }, { 'client_name#en': words }, { purposes: [{ id: 'x', vi: words, en: 'x' }] }])
      await expect(Service.register(world.provider, 'misleading', more)).rejects.toMatchObject({ code: 'client_metadata_invalid' });
    const link = await fetch(`${world.provider.issuer}/links`, {
      method: 'POST',
      headers: { authorization: `Bearer ${linkToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reference: 'user-1', label: words }),
    });
    expect(link.status).toBe(400);
    expect(await phone.list()).toEqual([]);
  });

  it('a payee in letters put together otherwise than they are shown', async () => {
    expect(await pay({ payee: { name: 'Điện lực'.normalize('NFD'), account: '1' } })).toBe('invalid_authorization_details');
    expect(await pay({})).toBeUndefined();
  });
});

describe('words that lead elsewhere are refused in everything that a service gives a person to read', () => {
  it.each(['evil.de', 'senid.support', 'evil.tk/x', '1.2.3.4/login', 'Goi ngay 0912345678', 'https://evil.example/login'])(
    '%s',
    async (words) => {
      const message = await ask(bank, { login_hint: lan.id_number, binding_message: words });
      expect(message.body['error']).toBe('invalid_binding_message');
      for (const more of [{ payee: { name: words, account: '1' } }, { purpose: words }, { reference: words }])
        expect(await pay(more)).toBe('invalid_authorization_details');
      for (const purpose of [
        { id: 'x', vi: words, en: 'x' },
        { id: 'x', vi: 'x', en: words },
      ])
        await expect(Service.register(world.provider, 'elsewhere', { purposes: [purpose] })).rejects.toMatchObject({
          code: 'client_metadata_invalid',
        });
      expect(await phone.list()).toEqual([]);
    },
  );

  it('a telephone in the name of a service, or an address in its law', async () => {
    const law = {
      class: 'public',
      allowed_claims: ['name'],
      legal_basis: [{ claim: 'name', text: { vi: 'xem evil.de', en: 'x' } }],
    };
    for (const more of [{ client_name: 'Tổng đài 1900 1234' }, law])
      await expect(Service.register(world.provider, 'elsewhere', more)).rejects.toMatchObject({ code: 'client_metadata_invalid' });
    await expect(Service.register(world.provider, 'by-address', { client_name: 'Cửa hàng Hoa.example' })).resolves.toBeDefined();
  });

  it('and ordinary ones are shown, with a telephone number as an account', async () => {
    const more = {
      payee: { name: 'Công ty TNHH TP.HCM', account: '0912345678' },
      purpose: 'Kỳ 10.2026',
      reference: 'HĐ số 12/2026',
    };
    expect(await pay(more)).toBeUndefined();
  });
});

describe('addresses in a message, however they are written', () => {
  it.each([
    'Vào evil\uff0ecom nhé',
    'Vào evil\u3002com nhé',
    'Vào evil\u2024com nhé',
    'Vào evil.shop nhé',
    'Vào evil.dev/x nhé',
    'Vào ｅｖｉｌ.com nhé',
    'http\u2236//evil',
    'https:\u2215\u2215evil',
    'WWW.evil',
    'vneid.gov.vn.evil.club',
  ])('%s', async (message) => {
    const answer = await ask(bank, { login_hint: lan.id_number, binding_message: message });
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_binding_message']);
  });

  it.each([
    'Chuyển 1.500.000 đ, TP.HCM',
    'Mã số 12.345/QĐ',
    'Hợp đồng số 7: ký ngày 25/11',
    'Q.1 – lần 2',
    'Đơn hàng #77 (áo dài)',
  ])('and ordinary ones are shown: %s', async (message) => {
    expect((await ask(bank, { login_hint: lan.id_number, binding_message: message })).status).toBe(200);
  });
});
