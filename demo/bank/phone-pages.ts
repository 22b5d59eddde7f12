import { type Html, html } from '../service/html.ts';
import type { Language, Words } from '../service/words.ts';
import type { Asked, Customer, Question } from './by-phone.ts';
import type { Proof, Transaction } from './proof.ts';

/** What one visitor does at the bank by their phone. */
export interface PhoneBanking {
  application?: Question<Customer> | undefined;
  customer?: Customer | undefined;
  payment?: (Question<Proof> & { readonly transaction: Transaction }) | undefined;
  /** What was typed and why it was not taken. */
  wrong?: { readonly values: Readonly<Record<string, string>>; readonly what: Words } | undefined;
}

const money = (amount: number): string => `${new Intl.NumberFormat('vi-VN').format(amount)} đồng`;

/** As a clock in Viet Nam shows it. */
const momentInWords = (iso: string, language: Language): string =>
  new Intl.DateTimeFormat(language === 'vi' ? 'vi-VN' : 'en-GB', {
    dateStyle: 'long',
    timeStyle: 'medium',
    timeZone: 'Asia/Ho_Chi_Minh',
  }).format(new Date(iso));

const refusals: Readonly<Record<string, Words>> = {
  access_denied: {
    vi: 'Bạn đã từ chối trên điện thoại. Ngân hàng không làm gì cả.',
    en: 'You declined on your phone. The bank does nothing.',
  },
  expired_token: {
    vi: 'Không có câu trả lời từ điện thoại. Hãy thử lại.',
    en: 'There was no answer from a phone. Please try again.',
  },
};
const failed: Words = {
  vi: 'Chưa hỏi được. Hãy thử lại sau ít phút.',
  en: 'The question could not be asked. Try again in a few minutes.',
};

const field = (name: string, label: string, value: string, more: Html = html``): Html =>
  html`<label for="${name}">${label}</label><input id="${name}" name="${name}" value="${value}" ${more} required>`;

const trouble = (what: Words | undefined, language: Language): Html =>
  what === undefined ? html`` : html`<p class="error" role="alert">${what[language]}</p>`;

/** The page looks again by itself, without a script, until the phone has answered. */
function waiting(what: Words, language: Language): Html {
  return html`<div class="card" data-waiting><h2>${what[language]}</h2>
<p role="status">${language === 'vi' ? 'Mở điện thoại của bạn và trả lời ở đó. Trang này tự cập nhật.' : 'Open your phone and answer there. This page updates by itself.'}</p></div>`;
}

const refusalOf = (asked: Asked<unknown> | undefined): Words | undefined =>
  asked?.state === 'refused' ? (refusals[asked.error] ?? failed) : undefined;

function apply({ application, wrong }: PhoneBanking, language: Language): Html {
  const vi = language === 'vi';
  return html`<div class="card"><h2>${vi ? 'Mở tài khoản bằng điện thoại' : 'Open an account with your phone'}</h2>
<p>${vi ? 'Ngân hàng hỏi điện thoại SenID của bạn. Bạn xem và chọn từng mục ở đó.' : 'The bank asks your SenID phone. You look and choose item by item there.'}</p>
${trouble(wrong?.what ?? refusalOf(application?.asked), language)}
<form method="post" action="/apply">${field('hint', vi ? 'Số định danh hoặc số điện thoại' : 'ID number or phone number', wrong?.values['hint'] ?? '', html`inputmode="numeric" autocomplete="username"`)}
<p><button class="button">${vi ? 'Hỏi điện thoại của tôi' : 'Ask my phone'}</button></p></form></div>`;
}

function proofOf({ transaction: { amount, payee }, asked }: NonNullable<PhoneBanking['payment']>, language: Language): Html {
  if (asked.state !== 'answered') return html``;
  const vi = language === 'vi';
  const { approval, decidedAt, key, record } = asked.result;
  return html`<div class="card done" data-paid><h2>${vi ? 'Đã chuyển tiền' : 'The money is on its way'}</h2>
<dl><dt>${vi ? 'Số tiền' : 'Amount'}</dt><dd data-amount>${money(amount.value)}</dd><dt>${vi ? 'Người nhận' : 'To'}</dt><dd>${payee.name}, ${payee.account}</dd></dl>
<h2>${vi ? 'Bằng chứng bạn đã ký' : 'Proof that you signed'}</h2>
<dl><dt>${vi ? 'Xác nhận' : 'Approval'}</dt><dd data-approval>${approval}</dd><dt>${vi ? 'Lúc' : 'At'}</dt><dd>${momentInWords(decidedAt, language)}</dd><dt>${vi ? 'Khóa của điện thoại' : 'Key of the phone'}</dt><dd>${key}</dd></dl>
<p class="level" data-proof="valid">${vi ? 'Ngân hàng đã kiểm tra cả hai chữ ký bằng khóa công khai.' : 'The bank has checked both signatures by public keys alone.'}</p>
<details><summary>${vi ? 'Bản ghi đã ký (JWT)' : 'The signed record (JWT)'}</summary><p class="small"><code>${record}</code></p></details></div>`;
}

function transfer({ payment, wrong }: PhoneBanking, language: Language): Html {
  const vi = language === 'vi';
  const typed = (name: string): string => wrong?.values[name] ?? '';
  return html`<div class="card"><h2>${vi ? 'Chuyển tiền' : 'Transfer money'}</h2>${trouble(wrong?.what ?? refusalOf(payment?.asked), language)}
<form method="post" action="/transfer">${field('payee', vi ? 'Người nhận' : 'To', typed('payee'), html`maxlength="100"`)}${field('account', vi ? 'Số tài khoản' : 'Account', typed('account'), html`maxlength="50"`)}
${field('amount', vi ? 'Số tiền (đồng)' : 'Amount (đồng)', typed('amount'), html`inputmode="numeric"`)}${field('purpose', vi ? 'Nội dung' : 'For', typed('purpose'), html`maxlength="200"`)}
<p class="muted">${vi ? 'Trên 10 triệu đồng, hoặc 20 triệu đồng một ngày, điện thoại sẽ kiểm tra khuôn mặt của bạn.' : 'Above 10 million đồng, or 20 million a day, the phone takes a look at your face.'}</p>
<p><button class="button">${vi ? 'Xác nhận trên điện thoại' : 'Approve on my phone'}</button></p></form></div>`;
}

export const isWaiting = ({ application, payment }: PhoneBanking): boolean =>
  application?.asked.state === 'waiting' || payment?.asked.state === 'waiting';

/** What stands below the bank's page: open an account, or once one is open, pay. */
export function phonePages(banking: PhoneBanking, person: (customer: Customer) => Html, language: Language): Html {
  const { application, customer, payment } = banking;
  if (application?.asked.state === 'waiting')
    return waiting({ vi: 'Đang hỏi điện thoại của bạn', en: 'Asking your phone' }, language);
  if (payment?.asked.state === 'waiting')
    return waiting(
      {
        vi: `Chờ bạn xác nhận ${money(payment.transaction.amount.value)}`,
        en: `Waiting for you to approve ${money(payment.transaction.amount.value)}`,
      },
      language,
    );
  if (customer === undefined) return apply(banking, language);
  return html`${payment === undefined ? '' : proofOf(payment, language)}${person(customer)}${transfer(banking, language)}`;
}
