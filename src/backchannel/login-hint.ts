import type { Account } from '#src/accounts/account.ts';
import type { AccountDirectory } from '#src/accounts/ports.ts';
import { DomainError } from '#src/kernel/domain-error.ts';

/** The kinds of `login_hint` that a registration may allow. */
export const loginHintKinds = ['id_number', 'phone'] as const;
export type LoginHintKind = (typeof loginHintKinds)[number];

const kindOf = (hint: string): LoginHintKind => (/^(?:\+[1-9]\d{7,14}|0[35789]\d{8})$/.test(hint) ? 'phone' : 'id_number');

/**
 * Whom a service means by an ID number or a phone number; undefined for nobody, after as many look-ups.
 * @throws {DomainError} `login_hint_refused` for a kind that its registration does not allow
 */
export async function findHinted(
  accounts: AccountDirectory,
  hint: string,
  allowed: readonly LoginHintKind[],
): Promise<Account | undefined> {
  const plain = hint.replace(/[\s.()-]/g, '');
  const kind = kindOf(plain);
  if (!allowed.includes(kind))
    throw new DomainError('login_hint_refused', {
      detail: `this service may not name people by ${kind}: see login_hints of its registration`,
    });
  return kind === 'phone' ? accounts.findByPhone(plain) : accounts.findByIdNumber(plain);
}
