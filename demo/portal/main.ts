import { randomInt } from 'node:crypto';
import { ClientSecretBasic } from 'openid-client';
import { runDemoService } from '../service/demo-service.ts';
import { type Html, html } from '../service/html.ts';
import { levelNote } from '../service/layout.ts';
import type { SignedIn } from '../service/sessions.ts';
import { dateInWords, genderInWords, type Language, type Words } from '../service/words.ts';

const reasons = [
  ['Nhập học cho con', 'Enrolling a child at school'],
  ['Vay vốn ngân hàng', 'A loan at a bank'],
  ['Thủ tục khác', 'Another procedure'],
] as const;

/** Grows with what it holds, so that large text is never cut off. */
const field = (name: string, label: string, value: string | undefined): Html =>
  html`<label for="${name}">${label}</label><textarea id="${name}" name="${name}" rows="1" readonly>${value}</textarea>`;

function form({ claims, person }: SignedIn, language: Language): Html {
  const vi = language === 'vi';
  const address = person.address as { formatted?: string } | undefined;
  const options = reasons.map((texts, at) => html`<option value="${at}">${texts[vi ? 0 : 1]}</option>`);
  return html`<div class="card"><h1>${vi ? 'Xác nhận thông tin cư trú' : 'Confirmation of residence'}</h1>
<p>${vi ? 'Xin chào' : 'Welcome'}, <strong data-name>${person.name}</strong>.</p>
${levelNote(claims['acr'], language)}
<form method="post" action="/">
${field('full_name', vi ? 'Họ và tên' : 'Full name', person.name)}
${field('birthdate', vi ? 'Ngày sinh' : 'Date of birth', dateInWords(person.birthdate, language))}
${field('gender', vi ? 'Giới tính' : 'Gender', genderInWords(person.gender, language))}
${field('address', vi ? 'Nơi cư trú' : 'Address', address?.formatted)}
<p class="muted">${vi ? 'SenID đã điền các mục trên từ dữ liệu của bạn theo quy định.' : 'SenID filled in the fields above from your record, as the law allows.'}</p>
<label for="reason">${vi ? 'Bạn cần giấy xác nhận để làm gì?' : 'What do you need the confirmation for?'}</label><select id="reason" name="reason">${options}</select>
<p><button class="button">${vi ? 'Gửi hồ sơ' : 'Send the application'}</button></p></form></div>`;
}

function submit(): Words {
  const file = `H00-${randomInt(100_000, 1_000_000)}`;
  return {
    vi: `Đã nhận hồ sơ ${file}. Kết quả sẽ được báo trong 3 ngày làm việc.`,
    en: `Your application ${file} has arrived. You will have an answer within 3 working days.`,
  };
}

await runDemoService({
  look: {
    name: { vi: 'Cổng dịch vụ công', en: 'Public service portal' },
    lead: {
      vi: 'Xác nhận thông tin cư trú: biểu mẫu được điền sẵn khi bạn đăng nhập ở mức 2.',
      en: 'Confirmation of residence: the form is filled in when you sign in at level 2.',
    },
    colour: '#8c1d18',
    light: '#ffb4ab',
  },
  clientId: 'demo-portal',
  issuer: String(process.env['DEMO_ISSUER']),
  port: Number(process.env['DEMO_PORT']),
  authentication: ClientSecretBasic(String(process.env['DEMO_CLIENT_SECRET'])),
  scope: 'openid profile address',
  page: form,
  submit,
});
