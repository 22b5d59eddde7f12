import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Account } from '#src/accounts/account.ts';
import { simulatedErrors, simulatedOutcome } from '#src/clients/simulation.ts';
import { simulatedFor } from '#src/sign-in/simulated-level.ts';
import type { ProviderParts } from './parts.ts';

const { Check, Prompt } = interactionPolicy;

const description = 'simulated: the developer of this service has chosen it in the console';

/** Longer than the usual client library waits. */
const slowMs = 35_000;

/** Answers with the error that was chosen for a service in the sandbox, before anything is asked of anybody. */
export function createSimulationPrompt({ clients, clock }: ProviderParts) {
  return new Prompt(
    { name: 'simulation', requestable: false },
    new Check('simulation', 'never prompts', async (ctx: KoaContextWithOIDC) => {
      const found = await clients.find(ctx.oidc.client?.clientId ?? '');
      const outcome = simulatedOutcome(found?.client, clock.now());
      const error = simulatedErrors.find((each) => each === outcome);
      if (error !== undefined) throw new errors.CustomOIDCProviderError(error, description);
      return Check.NO_NEED_TO_PROMPT;
    }),
  );
}

const redeemsCode = ({ oidc }: KoaContextWithOIDC): boolean =>
  oidc.route === 'token' && oidc.params?.['grant_type'] === 'authorization_code';

/**
 * The same where a code or token is used, by a client that has proven who it is. A redemption that is to fail as a fault gives its code back, as
 * after any fault of ours. @returns whether the account counts as locked
 */
export async function simulateUse(
  { clients, clock, pause }: ProviderParts,
  ctx: KoaContextWithOIDC,
  clientId: string | undefined,
  account: Account,
): Promise<boolean> {
  const found = await clients.find(clientId ?? '');
  const outcome = found && simulatedFor(found.client, account, clock.now());
  if (outcome === 'account_locked') return true;
  if (outcome === undefined || !redeemsCode(ctx)) return false;
  if (outcome === 'code_expired') throw new errors.InvalidGrant(description);
  if (outcome === 'token_server_error') throw new errors.OIDCProviderError(500, 'server_error');
  if (outcome === 'token_slow') await pause(slowMs);
  return false;
}
