import type { Language } from '#src/kernel/identifier.ts';
import type { HistoryRowView } from '#src/web/account/pages.ts';
import type { PageModels, PageName } from '#src/web/pages.ts';
import { qrSvg } from '#src/web/qr-image.ts';
import { accountEn } from '#src/web/texts/account-en.ts';
import { accountVi } from '#src/web/texts/account-vi.ts';
import { documentInWords, documentReasons, documentState } from '#src/web/texts/documents.ts';
import { momentIn } from '#src/web/texts/moment.ts';

export type AddSample = <Page extends PageName>(name: string, page: Page, model: PageModels[Page]) => void;

const at = Date.UTC(2026, 10, 25, 2, 30);
const hour = 3_600_000;

/** Every state of the account pages, with invented data. */
export function addAccountSamples(
  add: AddSample,
  language: Language,
  names: { readonly portal: string; readonly bank: string },
): void {
  const words = language === 'vi' ? accountVi : accountEn;
  const isVi = language === 'vi';
  const { lines } = words;
  const { portal, bank } = names;
  const moment = (ago: number): string => momentIn(language, at - ago * hour);
  const me = { name: isVi ? 'Nguyễn Thị Lan' : 'N. T. Lan', csrf: 'sample-token' };
  const said = undefined;
  const level = isVi ? 'mức 2, xác thực mức 2' : 'level 2, authentication level 2';
  const purpose = isVi ? 'Giải quyết thủ tục hành chính của bạn' : 'Handle the procedures you start';
  const fields = isVi ? 'Họ và tên, Ngày sinh, Nơi cư trú' : 'Full name, Date of birth, Address';

  const signIn: HistoryRowView = {
    number: 'mgxr3k1a0-Zk3vQ0sYb1x2cW4d',
    at: moment(1),
    title: words.events['signed-in'],
    values: { service: portal },
    lines: [
      { label: lines.browser, value: 'Firefox on Windows' },
      { label: lines.network, value: '203.0.113.0/24' },
      { label: lines.granted, value: fields },
      { label: lines.purpose, value: purpose },
      { label: lines.level, value: level },
    ],
    notMeUrl: '/account/history/a/not-me',
  };
  const row = (title: string, values: HistoryRowView['values'] = {}, more: HistoryRowView['lines'] = []): HistoryRowView => ({
    number: 'mgxr3k1a0-b2x0sYbZk3vQ1cW4d',
    at: moment(30),
    title,
    values,
    lines: more,
  });
  const sections = [
    'history',
    'consents',
    'documents',
    'devices',
    'passkeys',
    'sessions',
    'password',
    'data',
    'feedback',
    'lock',
  ] as const;
  const overview = {
    me,
    said,
    identityLevel: 2,
    signInLevel: level,
    ways: { password: true, totp: false, devices: 1 },
    lastSignIn: { service: portal, at: moment(1), browser: 'Firefox on Windows' },
    isAlerting: false,
    sections,
  } as const;
  add('account-overview', 'account-overview', overview);
  add('account-overview-level-one', 'account-overview', {
    ...overview,
    identityLevel: 1,
    signInLevel: isVi ? 'mức 1, xác thực mức 1' : 'level 1, authentication level 1',
    ways: { password: true, totp: true, devices: 0 },
    lastSignIn: undefined,
    isAlerting: true,
    said: { notice: 'password-changed', values: {} },
  });
  add('account-history', 'account-history', {
    me,
    isFirst: false,
    olderUrl: '/account/history?before=a',
    rows: [
      { ...signIn, warning: words.newBrowser },
      { ...signIn, notMeUrl: undefined, isReported: true },
      row(words.events['looked-up'], {}, [
        { label: lines.what, value: words.lookedUp['enrolment-code'] },
        { label: lines.reason, value: isVi ? 'Người dân đề nghị tại quầy' : 'Asked for at the desk' },
      ]),
      row(words.consentGiven, { service: bank }, [
        { label: lines.granted, value: fields },
        { label: lines.where, value: words.methods.phone },
      ]),
      row(words.events['service-paused'], { service: bank }, [{ label: lines.until, value: moment(0) }]),
      row(words.events['device-renamed'], { before: 'iPhone', device: isVi ? 'Điện thoại của mẹ' : "Mother's phone" }),
    ],
  });
  add('account-history-empty', 'account-history', { me, rows: [], olderUrl: undefined, isFirst: true });
  add('account-reported', 'account-reported', { lockTicket: 'sample' });
  const consent = {
    service: portal,
    purpose,
    granted: fields.split(', ').map((label) => ({ name: label, label })),
    informed: [
      {
        label: isVi ? 'Số định danh cá nhân' : 'Personal ID number',
        basis: isVi ? 'Luật Căn cước 26/2023/QH15, Điều 10' : 'Law on Identification 26/2023/QH15, Article 10',
      },
    ],
    offlineAccess: true,
    since: moment(200),
    until: moment(-8000),
    shown: isVi
      ? [`${portal} muốn biết`, 'Chọn những gì bạn đồng ý chia sẻ.']
      : [`${portal} wants to know`, 'Choose what you agree to share.'],
    withdrawUrl: '/account/consents/a/withdrawal',
  };
  add('account-consents', 'account-consents', {
    me,
    said: { notice: 'withdrawn', values: { service: bank } },
    consents: [consent, { ...consent, service: bank, granted: [], informed: [], offlineAccess: false, shown: [] }],
    links: [{ service: bank, label: 'KH 0012***89', since: moment(300), unlinkUrl: '/account/links/a/removal' }],
  });
  add('account-consents-empty', 'account-consents', { me, said, consents: [], links: [] });
  const licence = {
    type: 'driving_licence',
    name: isVi ? 'Giấy phép lái xe' : 'Driving licence',
    state: documentState('verified', language),
    isVerified: true,
    agency: isVi ? 'Cục Cảnh sát giao thông' : 'Traffic police',
    lines: documentInWords(
      { number: '000190000101', full_name: 'N. T. Lan', classes: ['B'], issued_on: '2020-05-04' },
      language,
    ).split('\n'),
    reason: undefined,
    asked: moment(400),
    number: '000190000101',
    removeUrl: '/account/documents/driving_licence/removal',
  };
  const differs = {
    ...licence,
    state: documentState('mismatch', language),
    isVerified: false,
    reason: documentReasons.differs[language],
  };
  const types = [{ type: 'driving_licence', name: licence.name }];
  add('account-documents', 'account-documents', { me, said: undefined, documents: [licence, differs], types, trouble: undefined });
  const trouble = { words: words.problem, type: 'driving_licence', number: '12' };
  add('account-documents-empty', 'account-documents', { me, said: undefined, documents: [], types, trouble });
  add('account-documents-level-one', 'account-documents', { me, said: undefined, documents: [], types: [], trouble: undefined });
  const device = {
    name: isVi ? 'Điện thoại của Lan' : "Lan's phone",
    platform: words.platforms.web,
    enrolled: moment(2000),
    lastUsed: moment(3),
    waitingUntil: undefined,
    renameUrl: '/account/devices/a/name',
    removeUrl: '/account/devices/a/removal',
  };
  const devices = { me, said, devices: [device], mayAdd: true };
  add('account-devices', 'account-devices', { ...devices, devices: [device, { ...device, waitingUntil: moment(-20) }] });
  add('account-devices-empty', 'account-devices', { ...devices, devices: [], problem: words.deviceNameWrong });
  add('account-devices-full', 'account-devices', {
    ...devices,
    mayAdd: false,
    said: { notice: 'renamed', values: { device: 'Sen' } },
  });
  const qr = `data:image/svg+xml;base64,${Buffer.from(qrSvg('https://id.example/app#code=K7M2P-9XQ4D')).toString('base64')}`;
  add('account-devices-code', 'account-devices', {
    ...devices,
    said: { notice: 'code-made', values: {} },
    code: { code: 'K7M2P-9XQ4D', until: moment(0), qr },
  });
  add('account-new-device', 'account-new-device', { me });
  add('account-new-device-no-password', 'account-new-device', { me, trouble: 'no-password' });
  add('account-new-device-full', 'account-new-device', { me, trouble: 'too-many' });
  const passkey = {
    name: isVi ? 'Máy ở nhà' : 'Computer at home',
    kind: words.passkeySynced,
    added: moment(900),
    lastUsed: moment(5),
    waitingUntil: undefined,
    renameUrl: '/account/passkeys/a/name',
    removeUrl: '/account/passkeys/a/removal',
  };
  const usb = { ...passkey, name: 'USB', kind: words.passkeyBound, lastUsed: undefined, waitingUntil: moment(-20) };
  add('account-passkeys', 'account-passkeys', { me, said: undefined, passkeys: [passkey, usb], mayAdd: true });
  add('account-passkeys-empty', 'account-passkeys', { me, said, passkeys: [], mayAdd: true });
  add('account-new-passkey', 'account-new-passkey', { me, options: '{}', name: '' });
  add('account-new-passkey-refused', 'account-new-passkey', { me, options: '{}', name: 'USB', trouble: words.newPasskeyRefused });
  add('account-remove-passkey', 'account-remove-passkey', { me, passkey });
  add('account-remove-device', 'account-remove-device', { me, device });
  add('account-remove-device-new', 'account-remove-device', { me, device: { ...device, waitingUntil: moment(-20) } });
  const session = {
    id: 'a',
    browser: 'Firefox on Windows',
    network: '203.0.113.0/24',
    at: moment(1),
    services: [],
    isThis: true,
    endUrl: '/account/sessions/a/end',
  };
  add('account-sessions', 'account-sessions', {
    me,
    said: { notice: 'session-ended', values: {} },
    sessions: [session, { ...session, isThis: false, browser: 'Chrome on Android', services: [portal, bank] }],
  });
  add('account-sessions-alone', 'account-sessions', { me, said, sessions: [session] });
  add('account-password', 'account-password', { me, hasPassword: true });
  add('account-password-weak', 'account-password', { me, hasPassword: true, wrong: 'too-weak' });
  add('account-password-differs', 'account-password', { me, hasPassword: false, wrong: 'not-same' });
  add('account-data', 'account-data', { me });
  const message = {
    reference: 'FB-7K2M9XQ4',
    at: moment(50),
    text: isVi ? 'Chữ trên trang hơi nhỏ.' : 'The letters are a little small.',
    answer: { text: isVi ? 'Cảm ơn bạn, chúng tôi đã phóng to.' : 'Thank you, we made them larger.', at: moment(2) },
  };
  const feedback = { me, said, typed: '', isWrong: false, longest: 2000, messages: [{ ...message, answer: undefined }, message] };
  add('account-feedback', 'account-feedback', {
    ...feedback,
    said: { notice: 'feedback-sent', values: { reference: message.reference } },
  });
  add('account-feedback-wrong', 'account-feedback', { ...feedback, isWrong: true, messages: [] });
  add('account-lock', 'account-lock', { me });
  add('account-locked', 'account-locked', {});
}
