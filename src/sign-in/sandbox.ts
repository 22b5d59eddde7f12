import type { Account } from '#src/accounts/account.ts';
import { isInventedIdNumber } from '#src/accounts/person-rules.ts';
import type { Client } from '#src/clients/client.ts';
import { signsIn } from '#src/clients/states.ts';
import type { Standing } from '#src/consent/standing.ts';

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

/**
 * Whether a service at its stage may reach a person by itself: while it is only tried, those who have signed in there themselves and not taken it
 * back. Being named as a tester is the service's word alone, and no reason for anybody's phone to ring.
 */
export const mayAskByItself = (
  { stage }: Pick<Client, 'stage'>,
  account: Pick<Account, 'person'>,
  { met }: Pick<Standing, 'met'>,
): boolean => signsIn[stage] === 'everybody' || met.size > 0 || isInventedIdNumber(account.person().idNumber);
