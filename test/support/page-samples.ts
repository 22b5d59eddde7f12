import { webRows } from '#src/errors/web-rows.ts';
import type { Language } from '#src/kernel/identifier.ts';
import type { ClaimRow, PageModels, PageName } from '#src/web/pages.ts';
import { type AddSample, addAccountSamples } from './account-samples.ts';

/** One state of one page, with invented data. */
export interface PageSample {
  readonly name: string;
  readonly page: PageName;
  readonly model: PageModels[PageName];
}

const form = { action: '/interaction/sample', csrf: 'sample-token' };

const words = {
  vi: {
    portal: 'Cổng dịch vụ công',
    bank: 'Ngân hàng Hoa Sen',
    level1: 'mức 1, xác thực mức 1',
    level2: 'mức 2, xác thực mức 2',
    open: 'Mở tài khoản ngân hàng cho bạn',
    forms: 'Giải quyết thủ tục hành chính của bạn',
    law: 'Luật Căn cước 26/2023/QH15, Điều 10',
    labels: ['Họ và tên', 'Ngày sinh', 'Số điện thoại', 'Nơi cư trú', 'Số định danh cá nhân'],
    birthdate: '01/02/1990',
  },
  en: {
    portal: 'Public Service Portal',
    bank: 'Hoa Sen Bank',
    level1: 'level 1, authentication level 1',
    level2: 'level 2, authentication level 2',
    open: 'Open a bank account for you',
    forms: 'Handle the procedures you start',
    law: 'Law on Identification 26/2023/QH15, Article 10',
    labels: ['Full name', 'Date of birth', 'Phone number', 'Address', 'Personal ID number'],
    birthdate: '1 February 1990',
  },
} as const;

const claimNames = ['name', 'birthdate', 'phone_number', 'address', 'https://senid.example/claims/personal_id_number'] as const;

function rowsIn(language: Language, purpose: string, legalBasis?: string): readonly ClaimRow[] {
  const values = [
    'Nguyễn Thị Lan',
    words[language].birthdate,
    '+84 912 000 001',
    '12 đường Hoa Sen\nPhường Mẫu\nHà Nội',
    '000190000101',
  ];
  return claimNames.map((name, at) => ({
    name,
    label: words[language].labels[at] ?? name,
    value: name === 'phone_number' ? undefined : values[at],
    purpose,
    essential: at === 1,
    verified: at === 0,
    legalBasis,
  }));
}

const qr = {
  text: 'https://id.example/q#c2FtcGxlLWhhbmRsZS1vZi1hLXBhZ2U.12.c2FtcGxlbWFjMTIzNA',
  imageUrl: '/sample/qr.svg',
  eventsUrl: '/sample/events',
};

/** Every state a person can meet, in one language. */
export function pageSamples(language: Language): readonly PageSample[] {
  const said = words[language];
  const portal = { name: said.portal, domain: 'dichvucong.example.vn' };
  const bank = { name: said.bank, domain: 'nganhang-hoasen.example' };
  const samples: PageSample[] = [];
  const add: AddSample = (name, page, model) => void samples.push({ name, page, model });
  const signIn = { service: portal, form, idNumber: '', qr, qrOnly: false, level: said.level2 };
  const consent = { form, shown: 'digest', offlineAccess: false, level: said.level2, asked: [], informed: [], alreadyGranted: [] };
  const waiting = { service: bank, form, secondsLeft: 96, eventsUrl: '/sample/events' };
  const stuck = { service: portal, form, needed: said.level2, has: said.level1 };
  const [first, second, ...others] = rowsIn(language, said.open);

  add('home', 'home', { issuer: 'https://id.example' });
  add('sign-in', 'sign-in', signIn);
  add('sign-in-wrong', 'sign-in', { ...signIn, idNumber: '000190000101', problem: 'credentials_wrong' });
  add('sign-in-slowed', 'sign-in', { ...signIn, problem: 'sign_in_slowed', retryAfterSeconds: 30 });
  add('sign-in-empty', 'sign-in', { ...signIn, problem: 'password_missing' });
  add('sign-in-qr-expired', 'sign-in', { ...signIn, qr: 'expired' });
  add('sign-in-qr-only', 'sign-in', { ...signIn, qrOnly: true, otherWayUrl: '/interaction/sample' });
  add('sign-in-again', 'sign-in', { ...signIn, knownAs: 'N. T. Lan' });
  const passkey = { challenge: 'c2FtcGxl', rpId: 'localhost' };
  add('sign-in-passkey', 'sign-in', { ...signIn, passkey, problem: 'passkey_refused' });
  add('otp', 'otp', { service: portal, form });
  add('otp-wrong', 'otp', { service: portal, form, problem: 'otp_wrong' });
  add('waiting', 'approval-waiting', { ...waiting, state: 'seen' });
  add('waiting-number', 'approval-waiting', { ...waiting, state: 'seen', number: '47' });
  for (const state of ['denied', 'number-wrong', 'expired'] as const)
    add(`waiting-${state}`, 'approval-waiting', { ...waiting, state });
  add('confirm-person', 'confirm-person', { service: portal, form, maskedName: 'N. T. Lan' });
  add('consent-ask', 'consent', {
    ...consent,
    service: bank,
    asked: rowsIn(language, said.open),
    offlineAccess: true,
    privacyUrl: 'https://nganhang-hoasen.example/privacy',
    termsUrl: 'https://nganhang-hoasen.example/terms',
  });
  add('consent-inform', 'consent', { ...consent, service: portal, informed: rowsIn(language, said.forms, said.law) });
  add('consent-mixed', 'consent', {
    ...consent,
    service: portal,
    asked: others,
    informed: rowsIn(language, said.forms, said.law).slice(0, 2),
    alreadyGranted: [first, second].filter((row) => row !== undefined),
  });
  add('consent-changed', 'consent', { ...consent, service: bank, asked: others, hasChanged: true });
  add('consent-link', 'consent', {
    ...consent,
    service: bank,
    asked: others,
    link: { label: 'KH 0012***89', replaces: 'KH 0007***12' },
  });
  add('consent-nothing', 'consent', { ...consent, service: portal });
  add('level-missing', 'level-missing', { ...stuck, missing: 'identity-level' });
  add('level-missing-authenticator', 'level-missing', { ...stuck, missing: 'authenticator' });
  add('level-missing-nobody', 'level-missing', { ...stuck, missing: 'not-possible', has: '' });
  add('not-a-tester', 'not-a-tester', {
    service: { ...portal, name: `${language === 'vi' ? 'Thử nghiệm' : 'Test'}: ${portal.name}` },
    form,
  });
  add('account-stopped', 'account-stopped', { service: portal, form });
  const { title, explanation, nextStep, status } = webRows.unexpected;
  add('error', 'error', { status, code: 'unexpected', title, explanation, nextStep, retryUrl: '/again' });
  add('sign-out', 'sign-out', { form: { action: '/session/end/confirm', xsrf: 'sample' }, stay: { action: '/session/end/stay' } });
  add('sign-out-service', 'sign-out', {
    service: portal,
    form: { action: '/session/end/confirm', xsrf: 'sample' },
    stay: { action: '/session/end/stay', clientId: 'portal' },
  });
  add('still-signed-in', 'still-signed-in', { service: portal, backUrl: 'https://portal.example/' });
  add('still-signed-in-alone', 'still-signed-in', {});
  add('hand-over', 'hand-over', { action: 'https://portal.example/cb', fields: [{ name: 'code', value: 'sample' }] });
  add('signed-out', 'signed-out', {});
  addAccountSamples(add, language, { portal: said.portal, bank: said.bank });
  add('app', 'app', { issuer: 'https://id.example', modules: [] });
  return samples;
}
