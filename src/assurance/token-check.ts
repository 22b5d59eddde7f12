import type { Account } from '#src/accounts/account.ts';
import { parseAcr } from './level.ts';

/** What a code, a refresh token or an access token says of the sign-in it came from. */
export interface TokenFacts {
  /** Whole seconds since the epoch. */
  readonly issuedAt: number;
  readonly acr: string | undefined;
}

export type TokenRefusal = 'account_locked' | 'older_than_account_validity' | 'level_withdrawn';

/** Whether an account may be used at all now. */
export const isUsable = (account: Account): boolean => account.lock === undefined;

/** The first whole second of which everything is valid: a lock kills what was issued in its own second too. */
export const validFromSeconds = (account: Account): number => Math.ceil(account.validFrom / 1000);

/** Runs wherever a token is used or made; undefined when it still holds (assurance rule 6). */
export function tokenRefusal(account: Account, token: TokenFacts): TokenRefusal | undefined {
  if (!isUsable(account)) return 'account_locked';
  if (token.issuedAt < validFromSeconds(account)) return 'older_than_account_validity';
  const level = token.acr === undefined ? undefined : parseAcr(token.acr);
  if (level !== undefined && account.identityLevel < level.identity) return 'level_withdrawn';
  return undefined;
}
