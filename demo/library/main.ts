import { ClientSecretBasic } from 'openid-client';
import { runDemoService } from '../service/demo-service.ts';
import { type Html, html } from '../service/html.ts';
import { levelNote } from '../service/layout.ts';
import type { SignedIn } from '../service/sessions.ts';
import type { Language } from '../service/words.ts';

function card({ claims, person }: SignedIn, language: Language): Html {
  const vi = language === 'vi';
  return html`<div class="card"><h1>${vi ? 'Thẻ bạn đọc' : 'Reader card'}</h1>
<p><strong data-name>${person.name}</strong></p>
<p>${vi ? 'Bạn có thể mượn 5 cuốn sách, mỗi cuốn 14 ngày.' : 'You may borrow 5 books, each for 14 days.'}</p>
${levelNote(claims['acr'], language)}</div>`;
}

await runDemoService({
  look: {
    name: { vi: 'Thư viện thành phố', en: 'City library' },
    lead: { vi: 'Mở thẻ bạn đọc: chỉ cần họ tên của bạn.', en: 'Open a reader card: all it needs is your name.' },
    colour: '#1b4f72',
    light: '#9fcdf0',
  },
  clientId: 'demo-library',
  issuer: String(process.env['DEMO_ISSUER']),
  port: Number(process.env['DEMO_PORT']),
  authentication: ClientSecretBasic(String(process.env['DEMO_CLIENT_SECRET'])),
  scope: 'openid',
  params: { claims: JSON.stringify({ userinfo: { name: { essential: true } } }) },
  page: card,
});
