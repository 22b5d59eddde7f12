import { ClientSecretBasic } from 'openid-client';
import { html, runDemoService, type Visitor } from '../service/demo-service.ts';
import { layout, levelInWords } from '../service/layout.ts';

const look = {
  name: { vi: 'Thư viện thành phố', en: 'City library' },
  lead: { vi: 'Mở thẻ bạn đọc: chỉ cần họ tên của bạn.', en: 'Open a reader card: all it needs is your name.' },
  colour: '#1b4f72',
};

function card({ language, signedIn }: Visitor) {
  if (signedIn === undefined) return html``;
  const { claims, person } = signedIn;
  return html`<div class="card"><h1>${language === 'vi' ? 'Thẻ bạn đọc' : 'Reader card'}</h1><p><strong data-name>${person.name}</strong></p><p class="muted" data-level="${claims['acr']}">${levelInWords(claims['acr'], language)}</p></div>`;
}

await runDemoService({
  clientId: 'demo-library',
  issuer: String(process.env['DEMO_ISSUER']),
  port: Number(process.env['DEMO_PORT']),
  authentication: ClientSecretBasic(String(process.env['DEMO_CLIENT_SECRET'])),
  scope: 'openid',
  params: { claims: JSON.stringify({ userinfo: { name: { essential: true } } }) },
  page: (visitor) => layout(look, visitor, card(visitor)),
});
