import { readFileSync } from 'node:fs';
import { importJWK, type JWK } from 'jose';
import { PrivateKeyJwt } from 'openid-client';
import { html, runDemoService, type Visitor } from '../service/demo-service.ts';
import { layout, levelInWords } from '../service/layout.ts';

const look = {
  name: { vi: 'Ngân hàng Hoa Sen', en: 'Lotus Bank' },
  lead: {
    vi: 'Mở tài khoản trong một phút. Bạn chọn những gì muốn chia sẻ.',
    en: 'Open an account in a minute. You choose what you share.',
  },
  colour: '#1b6b50',
};

const asked = [
  ['name', 'Họ và tên', 'Full name'],
  ['birthdate', 'Ngày sinh', 'Date of birth'],
  ['phone_number', 'Số điện thoại', 'Phone number'],
  ['address', 'Nơi cư trú', 'Address'],
] as const;

function account({ language, signedIn }: Visitor) {
  if (signedIn === undefined) return html``;
  const { claims, person } = signedIn;
  const vi = language === 'vi';
  const value = (name: string): string | undefined =>
    name === 'address' ? (person.address as { formatted?: string } | undefined)?.formatted : (person[name] as string | undefined);
  const rows = asked.map(
    ([name, labelVi, labelEn]) =>
      html`<dt>${vi ? labelVi : labelEn}</dt><dd data-claim="${name}">${value(name) ?? (vi ? 'bạn không chia sẻ' : 'you did not share this')}</dd>`,
  );
  return html`<div class="card"><h1>${vi ? 'Hồ sơ mở tài khoản' : 'Account application'}</h1><dl>${rows}</dl><p class="muted" data-level="${claims['acr']}">${levelInWords(claims['acr'], language)}</p></div>`;
}

const jwk = JSON.parse(readFileSync(String(process.env['DEMO_CLIENT_KEY_FILE']), 'utf8')) as JWK & { readonly kid: string };
const key = await importJWK(jwk, 'ES256');
if (key instanceof Uint8Array) throw new TypeError('the bank signs with an asymmetric key');

await runDemoService({
  clientId: 'demo-bank',
  issuer: String(process.env['DEMO_ISSUER']),
  port: Number(process.env['DEMO_PORT']),
  authentication: PrivateKeyJwt({ key, kid: jwk.kid }),
  scope: 'openid profile address phone',
  page: (visitor) => layout(look, visitor, account(visitor)),
});
