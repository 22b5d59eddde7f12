import { createHash } from 'node:crypto';
import type { Account } from './account.ts';

/** What the count of a service's endings is kept under, or that of one of its purposes; fit for a map entry. */
export const endingKey = (clientId: string, purpose?: string): string =>
  createHash('sha256')
    .update(JSON.stringify(purpose === undefined ? [clientId] : [clientId, purpose]))
    .digest('base64url');

/**
 * How often everything that a service had for a purpose was ended. Kept with the account, because every use of a token reads that: what was
 * granted under another number is dead, at once and in every process, also what is being granted at this moment.
 */
export function endingsFor({ endings }: Pick<Account, 'endings'>, clientId: string, purpose: string): number {
  if (endings === undefined) return 0;
  return (endings[endingKey(clientId)] ?? 0) + (endings[endingKey(clientId, purpose)] ?? 0);
}
