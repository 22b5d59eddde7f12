import type { Account } from '#src/accounts/account.ts';
import { isInventedIdNumber } from '#src/accounts/person-rules.ts';
import type { Client } from '#src/clients/client.ts';
import { signsIn } from '#src/clients/states.ts';

/**
 * Whether a person may use a service at its stage: while it is only tried, those it named for that, and people who do not exist.
 * `digest` is what stands for an ID number in a list of testers.
 */
export function maySignInAt(
  { stage, testers = [] }: Pick<Client, 'stage' | 'testers'>,
  account: Pick<Account, 'person'>,
  digest: (idNumber: string) => string | undefined,
): boolean {
  if (signsIn[stage] === 'everybody') return true;
  const { idNumber } = account.person();
  const own = digest(idNumber);
  return isInventedIdNumber(idNumber) || (own !== undefined && testers.some(({ ref }) => ref === own));
}
