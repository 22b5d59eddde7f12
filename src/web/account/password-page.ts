import { changePassword } from '#src/accounts/change-password.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import { takeCall } from '../take-call.ts';
import type { AccountPages } from './pages.ts';
import type { AccountParts } from './parts.ts';
import { withProof } from './proof.ts';
import { say } from './said.ts';
import { ownerView } from './words.ts';

type Wrong = AccountPages['account-password']['wrong'];

const url = '/account/password';

function send(parts: AccountParts, request: AreaRequest, wrong?: Wrong): void {
  const { password: hasPassword } = request.session.account.authenticators;
  const model = { me: ownerView(request), hasPassword, wrong };
  sendPage(request.ctx, parts.renderer, 'account-password', model, { status: wrong === undefined ? 200 : 422 });
}

export const showPassword = (parts: AccountParts, request: AreaRequest): Promise<void> =>
  withProof(parts, request, { at: 'page', returnTo: url }, async () => send(parts, request));

/** What a form says that is no password to take; its strength is looked at where it is changed. */
function wrongIn({ session, fields }: AreaRequest): Wrong {
  const password = fields.text('new_password');
  if (password.normalize('NFC') !== fields.text('new_password_again').normalize('NFC')) return 'not-same';
  const { idNumber, phone } = session.account.person();
  const plain = password.replace(/[\s.-]/g, '');
  return plain === idNumber || (phone !== undefined && [phone, phone.replace(/^\+84/, '0')].includes(plain))
    ? 'same-as-number'
    : undefined;
}

/** Another password; everything that the old one opened ends, and only this page goes on. @throws {DomainError} `rate_limited`, `account_changed` */
export const takePassword = (parts: AccountParts, request: AreaRequest): Promise<void> =>
  withProof(parts, request, { at: 'form', returnTo: url }, async () => {
    const { account } = request.session;
    await takeCall(parts.limits.passwords, account.id);
    const wrong = wrongIn(request);
    if (wrong !== undefined) return send(parts, request, wrong);
    let validFrom: number;
    try {
      validFrom = await changePassword(parts, account, request.fields.text('new_password'));
    } catch (refusal) {
      if (!(refusal instanceof DomainError && refusal.code === 'password_too_weak')) throw refusal;
      return send(parts, request, 'too-weak');
    }
    await request.goOn({ id: account.id, validFrom }, '/account', say('password-changed'));
  });
