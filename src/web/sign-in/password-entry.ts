import type { Context } from 'koa';
import type { Account } from '#src/accounts/account.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { InteractionDocument } from '#src/sign-in/collections.ts';
import { recordFirstProof } from '#src/sign-in/progress.ts';
import { browserKey } from './browser-cookie.ts';
import type { FormFields } from './form-fields.ts';
import type { SignInPageParts } from './parts.ts';

/** What came of a typed ID number and password. */
export type PasswordEntry =
  | { readonly outcome: 'none' }
  | { readonly outcome: 'missing'; readonly problem: 'id_number_missing' | 'password_missing' }
  | { readonly outcome: 'right'; readonly account: Account }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'slowed'; readonly refusal: DomainError };

export const isSlowed = (thrown: unknown): thrown is DomainError<'sign_in_slowed' | 'hashing_busy'> =>
  thrown instanceof DomainError && (thrown.code === 'sign_in_slowed' || thrown.code === 'hashing_busy');

/** Checks a password that the form brings. It depends on nothing of the journey, so it runs before the journey is read. */
export async function readPasswordEntry(parts: SignInPageParts, ctx: Context, form: FormFields): Promise<PasswordEntry> {
  if (form.text('action') !== 'continue' || !form.has('password')) return { outcome: 'none' };
  const idNumber = form.text('id_number').trim();
  const password = form.text('password');
  if (idNumber === '') return { outcome: 'missing', problem: 'id_number_missing' };
  if (password === '') return { outcome: 'missing', problem: 'password_missing' };
  try {
    const account = await parts.keyboard.verifyPassword(idNumber, password, { address: ctx.ip, browser: browserKey(ctx) });
    return account === undefined ? { outcome: 'wrong' } : { outcome: 'right', account };
  } catch (thrown) {
    if (!isSlowed(thrown)) throw thrown;
    return { outcome: 'slowed', refusal: thrown };
  }
}

export const passwordProof = (parts: SignInPageParts, account: Account) => ({
  accountId: account.id,
  methods: [{ amr: 'pwd', at: epochSeconds(parts.clock), under: account.validFrom }] as const,
});

/** The common case in one store operation: the first person on these pages typed the right password. */
export async function takeFirstPassword(
  parts: SignInPageParts,
  uid: string,
  entry: PasswordEntry,
): Promise<InteractionDocument | undefined> {
  return entry.outcome === 'right' ? recordFirstProof(parts.store, uid, passwordProof(parts, entry.account)) : undefined;
}
