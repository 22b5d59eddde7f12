import type { Person } from '#src/accounts/account.ts';
import { isInventedIdNumber } from '#src/accounts/person-rules.ts';
import type { Client } from '#src/clients/client.ts';

/**
 * Whether a service reads a claim of this person by law, so that they are told and not asked. What one that is only tried says of the law
 * nobody has approved, for its manager changes it alone: it counts for people who do not exist, and testers who do are asked.
 */
export function readsByLaw({ policy, stage }: Pick<Client, 'policy' | 'stage'>, claim: string, person: () => Person): boolean {
  if (policy.class !== 'public' || !policy.legalBasis.some((basis) => basis.claim === claim)) return false;
  return stage === 'production' || isInventedIdNumber(person().idNumber);
}
