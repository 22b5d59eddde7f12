import { ClientSecretBasic } from 'openid-client';
import { html, runDemoService, type Visitor } from '../service/demo-service.ts';
import { layout, levelInWords } from '../service/layout.ts';

const look = {
  name: { vi: 'Cổng dịch vụ công', en: 'Public service portal' },
  lead: {
    vi: 'Xác nhận thông tin cư trú: biểu mẫu được điền sẵn khi bạn đăng nhập ở mức 2.',
    en: 'Confirmation of residence: the form is filled in when you sign in at level 2.',
  },
  colour: '#8c1d18',
};

function form({ language, signedIn }: Visitor) {
  if (signedIn === undefined) return html``;
  const { claims, person } = signedIn;
  const vi = language === 'vi';
  const field = (name: string, label: string, value: unknown) =>
    html`<label for="${name}">${label}</label><input id="${name}" name="${name}" value="${value}" readonly>`;
  return html`<div class="card"><h1>${vi ? 'Xác nhận thông tin cư trú' : 'Confirmation of residence'}</h1>
<p>${vi ? 'Xin chào' : 'Welcome'}, <strong data-name>${person.name}</strong>. <span data-level="${claims['acr']}">${levelInWords(claims['acr'], language)}</span>.</p>
<form>${field('full_name', vi ? 'Họ và tên' : 'Full name', person.name)}${field('birthdate', vi ? 'Ngày sinh' : 'Date of birth', person.birthdate)}${field('gender', vi ? 'Giới tính' : 'Gender', person.gender)}${field('address', vi ? 'Nơi cư trú' : 'Address', (person.address as { formatted?: string } | undefined)?.formatted)}</form>
<p class="muted">${vi ? 'Thông tin do SenID cung cấp theo quy định.' : 'Provided by SenID as the law allows.'}</p></div>`;
}

await runDemoService({
  clientId: 'demo-portal',
  issuer: String(process.env['DEMO_ISSUER']),
  port: Number(process.env['DEMO_PORT']),
  authentication: ClientSecretBasic(String(process.env['DEMO_CLIENT_SECRET'])),
  scope: 'openid profile address',
  page: (visitor) => layout(look, visitor, form(visitor)),
});
