import { readFileSync } from 'node:fs';
import { importJWK, type JWK } from 'jose';
import { PrivateKeyJwt, type UserInfoResponse } from 'openid-client';
import { runDemoService } from '../service/demo-service.ts';
import { type Html, html } from '../service/html.ts';
import { levelNote } from '../service/layout.ts';
import type { Session } from '../service/sessions.ts';
import { dateInWords, type Language } from '../service/words.ts';
import { createByPhone } from './by-phone.ts';
import { settle, takeApplication, takeTransfer } from './phone-forms.ts';
import { isWaiting, type PhoneBanking, phonePages } from './phone-pages.ts';
import { verifiedClaims, vouchedFor } from './verified.ts';

const asked: readonly {
  readonly claim: string;
  readonly vi: string;
  readonly en: string;
  readonly value: (person: UserInfoResponse, language: Language) => string | undefined;
}[] = [
  { claim: 'name', vi: 'Họ và tên', en: 'Full name', value: ({ name }) => name },
  {
    claim: 'birthdate',
    vi: 'Ngày sinh',
    en: 'Date of birth',
    value: ({ birthdate }, language) => dateInWords(birthdate, language),
  },
  { claim: 'phone_number', vi: 'Số điện thoại', en: 'Phone number', value: ({ phone_number: phone }) => phone },
  {
    claim: 'address',
    vi: 'Nơi cư trú',
    en: 'Address',
    value: ({ address }) => (address as { formatted?: string } | undefined)?.formatted,
  },
];

function application(person: UserInfoResponse, acr: unknown, language: Language): Html {
  const vi = language === 'vi';
  const rows = asked.map(({ claim, [language]: label, value }) => {
    const shared = value(person, language);
    const shown =
      shared === undefined
        ? html`<dd class="kept" data-claim="${claim}">${vi ? 'bạn không chia sẻ' : 'you did not share this'}</dd>`
        : html`<dd data-claim="${claim}">${shared}</dd>`;
    return html`<dt>${label}</dt>${shown}`;
  });
  const missing = asked.filter(({ value }) => value(person, language) === undefined).length;
  const next =
    missing === 0
      ? { vi: 'Hồ sơ đã đủ. Ngân hàng sẽ gọi cho bạn.', en: 'That is all we need. The bank will call you.' }
      : {
          vi: 'Phần còn thiếu bạn có thể bổ sung tại quầy.',
          en: 'What is missing you can add at a branch.',
        };
  return html`<div class="card"><h1>${vi ? 'Hồ sơ mở tài khoản' : 'Account application'}</h1><dl>${rows}</dl>
${vouchedFor(person, language)}<p>${next[language]}</p>
${acr === undefined ? '' : levelNote(acr, language)}</div>`;
}

const jwk = JSON.parse(readFileSync(String(process.env['DEMO_CLIENT_KEY_FILE']), 'utf8')) as JWK & { readonly kid: string };
const key = await importJWK(jwk, 'ES256');
if (key instanceof Uint8Array) throw new TypeError('the bank signs with an asymmetric key');

const byPhone = await createByPhone(
  { clientId: 'demo-bank-ciba', issuer: String(process.env['DEMO_ISSUER']), key, kid: jwk.kid },
  verifiedClaims,
);
/** What this visitor does by their phone. */
const bankingOf = (session: Session): PhoneBanking => {
  session.own ??= {};
  return session.own as PhoneBanking;
};

await runDemoService({
  look: {
    name: { vi: 'Ngân hàng Hoa Sen', en: 'Lotus Bank' },
    lead: {
      vi: 'Mở tài khoản trong một phút. Bạn chọn những gì muốn chia sẻ.',
      en: 'Open an account in a minute. You choose what you share.',
    },
    colour: '#1b6b50',
    light: '#7fd1b0',
  },
  clientId: 'demo-bank',
  issuer: String(process.env['DEMO_ISSUER']),
  port: Number(process.env['DEMO_PORT']),
  authentication: PrivateKeyJwt({ key, kid: jwk.kid }),
  scope: 'openid profile address phone',
  params: { claims: JSON.stringify({ userinfo: { verified_claims: verifiedClaims } }) },
  isStrong: true,
  page: ({ person, claims }, language) => application(person, claims['acr'], language),
  more: {
    forms: {
      '/apply': (session, form) => takeApplication(bankingOf(session), byPhone, form),
      '/transfer': (session, form) => takeTransfer(bankingOf(session), byPhone, form),
    },
    below(session, language) {
      const banking = bankingOf(session);
      settle(banking);
      return phonePages(banking, ({ person }) => application(person, undefined, language), language);
    },
    lookAgainAfter: (session) => (isWaiting(bankingOf(session)) ? 2 : undefined),
  },
});
