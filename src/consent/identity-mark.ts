import { createHash } from 'node:crypto';
import type { Account } from '#src/accounts/account.ts';

/**
 * How well and by what an account is proven, as one short text: the identity level and a digest of the evidence. Another one means that the
 * person was verified again, and what they decided as somebody less known is asked anew.
 */
export function identityMark({ identityLevel, evidence }: Pick<Account, 'identityLevel' | 'evidence'>): string {
  const proof = evidence === undefined ? null : [evidence.kind, evidence.place, evidence.date, evidence.officer];
  return `${identityLevel}.${createHash('sha256').update(JSON.stringify(proof)).digest('base64url').slice(0, 16)}`;
}
