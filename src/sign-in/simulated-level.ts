import type { Account } from '#src/accounts/account.ts';
import { isInventedIdNumber } from '#src/accounts/person-rules.ts';
import { parseAcr } from '#src/assurance/level.ts';
import type { Client } from '#src/clients/client.ts';
import { simulatedOutcome } from '#src/clients/simulation.ts';
import type { Assessment } from './assess.ts';

/** What is forced for this person: nothing for people who exist, whoever named them for a trial. */
export function simulatedFor(client: Client, account: Pick<Account, 'person'>, now: number): string | undefined {
  const outcome = simulatedOutcome(client, now);
  return outcome !== undefined && isInventedIdNumber(account.person().idNumber) ? outcome : undefined;
}

/**
 * A sign-in at the level that the developer of a service in the sandbox has chosen: somebody who does not exist has signed in, in whatever way, and
 * the tokens say that level. Everywhere else the assessment stays as it is.
 */
export function withSimulatedLevel(
  assessment: Assessment,
  { client, account, now }: { readonly client: Client; readonly account: Account | undefined; readonly now: number },
): Assessment {
  if (account === undefined || assessment.reached === undefined) return assessment;
  const acr = simulatedFor(client, account, now);
  const level = acr === undefined ? undefined : parseAcr(acr);
  if (acr === undefined || level === undefined) return assessment;
  const { amr } = assessment.reached;
  const authTime = Math.max(...(assessment.proof?.methods ?? []).map(({ at }) => at));
  return {
    ...assessment,
    requirement: { outcome: 'reachable', required: level, asked: [acr] },
    reached: { level, amr },
    isEnough: true,
    simulated: { acr, amr, authTime },
  };
}
