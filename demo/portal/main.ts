import { randomInt } from 'node:crypto';
import { ClientSecretBasic } from 'openid-client';
import { runDemoService } from '../service/demo-service.ts';
import { type Html, html } from '../service/html.ts';
import { levelNote } from '../service/layout.ts';
import type { SignedIn } from '../service/sessions.ts';
import { dateInWords, genderInWords, type Language, type Words } from '../service/words.ts';
import { type Document, documentOf, memberOf } from './documents.ts';

/** Grows with what it holds, so that large text is never cut off. */
const field = (name: string, label: string, value: string | undefined): Html =>
  html`<label for="${name}">${label}</label><textarea id="${name}" name="${name}" rows="1" readonly>${value}</textarea>`;

const choice = (name: string, label: string, options: readonly string[]): Html =>
  html`<label for="${name}">${label}</label><select id="${name}" name="${name}">${options.map((text, at) => html`<option value="${at}">${text}</option>`)}</select>`;

function residence({ person }: SignedIn, language: Language): Html {
  const vi = language === 'vi';
  const address = person.address as { formatted?: string } | undefined;
  return html`${field('full_name', vi ? 'Họ và tên' : 'Full name', person.name)}
${field('birthdate', vi ? 'Ngày sinh' : 'Date of birth', dateInWords(person.birthdate, language))}
${field('gender', vi ? 'Giới tính' : 'Gender', genderInWords(person.gender, language))}
${field('address', vi ? 'Nơi cư trú' : 'Address', address?.formatted)}
<p class="muted">${vi ? 'SenID đã điền các mục trên từ dữ liệu của bạn theo quy định.' : 'SenID filled in the fields above from your record, as the law allows.'}</p>
${choice(
  'reason',
  vi ? 'Bạn cần giấy xác nhận để làm gì?' : 'What do you need the confirmation for?',
  vi
    ? ['Nhập học cho con', 'Vay vốn ngân hàng', 'Thủ tục khác']
    : ['Enrolling a child at school', 'A loan at a bank', 'Another procedure'],
)}`;
}

/** What a document filled in, and who says so. */
function filledFrom(
  document: Document,
  language: Language,
  rows: readonly (readonly [name: string, vi: string, en: string])[],
): Html {
  const vi = language === 'vi';
  const fields = rows
    .map(([name, ...labels]) => field(name, labels[vi ? 0 : 1], memberOf(document, name, language)))
    .filter((_, at) => document[rows[at]?.[0] ?? ''] !== undefined);
  const source = document['managing_agency'];
  return html`${fields}
<p class="muted" data-source>${vi ? `SenID đã điền các mục trên; ${source} đã xác minh.` : `SenID filled in the fields above; verified by ${source}.`}</p>`;
}

function licence(document: Document, language: Language): Html {
  const vi = language === 'vi';
  return html`${filledFrom(document, language, [
    ['number', 'Số giấy phép lái xe', 'Number of the licence'],
    ['full_name', 'Họ và tên', 'Full name'],
    ['classes', 'Hạng', 'Classes'],
    ['issued_on', 'Cấp ngày', 'Issued'],
    ['expires_on', 'Có giá trị đến', 'Valid until'],
  ])}
${choice('reason', vi ? 'Vì sao bạn đổi?' : 'Why do you renew it?', vi ? ['Sắp hết hạn', 'Bị hỏng hoặc mất'] : ['It expires soon', 'It is damaged or lost'])}`;
}

function clinic(document: Document, language: Language): Html {
  const vi = language === 'vi';
  return html`${filledFrom(document, language, [
    ['number', 'Số thẻ bảo hiểm y tế', 'Number of the insurance card'],
    ['full_name', 'Họ và tên', 'Full name'],
    ['first_care_place', 'Nơi khám ban đầu', 'Place of first care'],
    ['expires_on', 'Có giá trị đến', 'Valid until'],
  ])}
${choice('when', vi ? 'Bạn muốn khám khi nào?' : 'When do you want to come?', vi ? ['Sáng mai', 'Chiều mai'] : ['Tomorrow morning', 'Tomorrow afternoon'])}`;
}

/** The portal's services: the first by the person's own data, the others by a document. */
const services = {
  '': { title: { vi: 'Xác nhận thông tin cư trú', en: 'Confirmation of residence' } },
  licence: {
    title: { vi: 'Đổi giấy phép lái xe', en: 'Renewal of a driving licence' },
    document: 'driving_licence',
    form: licence,
    missing: {
      vi: 'SenID chưa có giấy phép lái xe đã xác minh của bạn, nên biểu mẫu này chưa điền được.',
      en: 'SenID has no verified driving licence of yours, so this form cannot be filled in.',
    },
  },
  clinic: {
    title: { vi: 'Đăng ký khám bệnh', en: 'Registration at the clinic' },
    document: 'health_insurance',
    form: clinic,
    missing: {
      vi: 'Trang này chưa nhận được thẻ bảo hiểm y tế đã xác minh của bạn: SenID chưa có, hoặc bạn không chia sẻ.',
      en: 'No verified health insurance of yours has come here: SenID has none, or you did not share it.',
    },
  },
} as const;

type Name = keyof typeof services;
const names = Object.keys(services) as Name[];
const nameOf = ({ purpose }: SignedIn): Name => names.find((name) => name === purpose) ?? '';

const later: Words = {
  vi: 'Hãy thêm giấy tờ trong SenID, chờ cơ quan quản lý xác minh, rồi mở lại dịch vụ này.',
  en: 'Add the document in SenID, wait until the managing agency has verified it, then open this service again.',
};

function content(signedIn: SignedIn, language: Language): Html {
  const name = nameOf(signedIn);
  if (name === '') return residence(signedIn, language);
  const { document: type, form, missing } = services[name];
  const document = documentOf(signedIn.person, type);
  return document === undefined
    ? html`<div class="notice" data-missing><p>${missing[language]}</p><p>${later[language]}</p></div>`
    : form(document, language);
}

function page(signedIn: SignedIn, language: Language): Html {
  const vi = language === 'vi';
  const here = nameOf(signedIn);
  const body = content(signedIn, language);
  const others = names.filter((name) => name !== here);
  const send = html`<p><button class="button">${vi ? 'Gửi hồ sơ' : 'Send the application'}</button></p>`;
  const canSend = here === '' || documentOf(signedIn.person, services[here].document) !== undefined;
  return html`<div class="card"><h1>${services[here].title[language]}</h1>
<p>${vi ? 'Xin chào' : 'Welcome'}, <strong data-name>${signedIn.person.name}</strong>.</p>
${levelNote(signedIn.claims['acr'], language)}
${canSend ? html`<form method="post" action="/">${body}${send}</form>` : body}</div>
<div class="card"><h2>${vi ? 'Dịch vụ khác' : 'Other services'}</h2>${others.map((name) => html`<p><a href="/sign-in?for=${name}">${services[name].title[language]}</a></p>`)}</div>`;
}

function submit(signedIn: SignedIn): Words {
  const file = `H${String(names.indexOf(nameOf(signedIn))).padStart(2, '0')}-${randomInt(100_000, 1_000_000)}`;
  return {
    vi: `Đã nhận hồ sơ ${file}. Kết quả sẽ được báo trong 3 ngày làm việc.`,
    en: `Your application ${file} has arrived. You will have an answer within 3 working days.`,
  };
}

const withName = JSON.stringify({ userinfo: { name: null } });

await runDemoService({
  look: {
    name: { vi: 'Cổng dịch vụ công', en: 'Public service portal' },
    lead: {
      vi: 'Xác nhận thông tin cư trú, đổi giấy phép lái xe, đăng ký khám bệnh: biểu mẫu được điền sẵn khi bạn đăng nhập ở mức 2.',
      en: 'Confirmation of residence, renewal of a driving licence, registration at the clinic: forms are filled in when you sign in at level 2.',
    },
    colour: '#8c1d18',
    light: '#ffb4ab',
  },
  clientId: 'demo-portal',
  issuer: String(process.env['DEMO_ISSUER']),
  port: Number(process.env['DEMO_PORT']),
  authentication: ClientSecretBasic(String(process.env['DEMO_CLIENT_SECRET'])),
  scope: 'openid profile address',
  others: {
    licence: { scope: 'openid driving_licence', params: { purpose: 'licence-renewal', claims: withName } },
    clinic: { scope: 'openid health_insurance', params: { purpose: 'clinic', claims: withName } },
  },
  page,
  submit,
});
