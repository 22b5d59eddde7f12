import { randomBytes } from 'node:crypto';
import type { Words } from '../service/words.ts';
import type { ByPhone } from './by-phone.ts';
import type { PhoneBanking } from './phone-pages.ts';
import type { Transaction } from './proof.ts';

const plain = (text: string): string => text.normalize('NFC').trim().replace(/\s+/g, ' ');

const hintWrong: Words = {
  vi: 'Nhập số định danh (12 chữ số) hoặc số điện thoại.',
  en: 'Enter an ID number (12 digits) or a phone number.',
};
const amountWrong: Words = {
  vi: 'Số tiền là một số nguyên đồng, ví dụ 250000.',
  en: 'The amount is a whole number of đồng, for example 250000.',
};
const missing: Words = { vi: 'Điền đủ các ô.', en: 'Fill in every field.' };

/** Takes the form that opens an account. */
export function takeApplication(banking: PhoneBanking, byPhone: ByPhone, form: URLSearchParams): void {
  const hint = plain(form.get('hint') ?? '').replace(/[\s.]/g, '');
  banking.wrong = undefined;
  if (!/^(?:\d{12}|0\d{9}|\+\d{8,15}|[A-Z0-9]{6,20})$/.test(hint)) {
    banking.wrong = { values: { hint }, what: hintWrong };
    return;
  }
  banking.payment = undefined;
  const application = byPhone.apply(hint);
  banking.application = application;
}

/** Takes the form of a transfer. */
export function takeTransfer(banking: PhoneBanking, byPhone: ByPhone, form: URLSearchParams): void {
  const values = Object.fromEntries(['payee', 'account', 'amount', 'purpose'].map((name) => [name, plain(form.get(name) ?? '')]));
  const { payee = '', account = '', purpose = '' } = values;
  const amount = Number((values['amount'] ?? '').replace(/[.\s]/g, ''));
  banking.wrong = undefined;
  if (banking.customer === undefined) return;
  if ([payee, account, purpose].includes('')) banking.wrong = { values, what: missing };
  else if (!Number.isSafeInteger(amount) || amount < 1) banking.wrong = { values, what: amountWrong };
  if (banking.wrong !== undefined) return;
  const transaction: Transaction = {
    type: 'senid_transaction',
    amount: { value: amount, currency: 'VND' },
    payee: { name: payee.slice(0, 100), account: account.slice(0, 50) },
    purpose: purpose.slice(0, 200),
    reference: `HS-${randomBytes(4).toString('hex').toUpperCase()}`,
  };
  banking.payment = Object.assign(byPhone.pay(banking.customer.hint, transaction), { transaction });
}

/** An application that was answered makes a customer. */
export function settle(banking: PhoneBanking): void {
  const { application } = banking;
  if (application?.asked.state !== 'answered') return;
  banking.customer = application.asked.result;
  banking.application = undefined;
}
