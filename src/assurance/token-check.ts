import type { Account } from '#src/accounts/account.ts';
import { endingsFor } from '#src/accounts/service-endings.ts';
import { parseAcr } from './level.ts';
import type { ProvenMethod } from './methods.ts';

/** What a code, a refresh token or an access token says of the sign-in it came from. */
export interface TokenFacts {
  /** Whole seconds since the epoch. */
  readonly issuedAt: number;
  /** The account's `validFrom` at that sign-in; absent in what a version before granted. */
  readonly under: number | undefined;
  readonly acr: string | undefined;
  /** The service and purpose it was granted for, and under which number of endings. */
  readonly service?: { readonly clientId: string; readonly purpose: string; readonly endings: number } | undefined;
}

export type TokenRefusal = 'account_locked' | 'sign_in_ended' | 'service_ended' | 'level_withdrawn';

/** Whether an account may be used at all now. */
export const isUsable = (account: Account): boolean => account.lock === undefined;

/**
 * Whether everything of the account was ended since something was proven or issued. Clocks are asked only about what remembers no
 * `validFrom`: to the next full second, so that what was issued in the second of a lock is dead too.
 */
export const isEnded = (account: Pick<Account, 'validFrom'>, { at, under }: Pick<ProvenMethod, 'at' | 'under'>): boolean =>
  under === undefined ? at < Math.ceil(account.validFrom / 1000) : under !== account.validFrom;

/** Runs wherever a token is used or made; undefined when it still holds (assurance rule 6). */
export function tokenRefusal(account: Account, token: TokenFacts): TokenRefusal | undefined {
  if (!isUsable(account)) return 'account_locked';
  if (isEnded(account, { at: token.issuedAt, under: token.under })) return 'sign_in_ended';
  const { service } = token;
  if (service !== undefined && endingsFor(account, service.clientId, service.purpose) !== service.endings) return 'service_ended';
  const level = token.acr === undefined ? undefined : parseAcr(token.acr);
  if (level !== undefined && account.identityLevel < level.identity) return 'level_withdrawn';
  return undefined;
}
