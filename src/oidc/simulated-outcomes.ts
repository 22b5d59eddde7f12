import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Account } from '#src/accounts/account.ts';
import { simulatedErrors, simulatedOutcome } from '#src/clients/simulation.ts';
import { StoreUnavailable } from '#src/kernel/store.ts';
import { simulatedFor } from '#src/sign-in/simulated-level.ts';
import type { ProviderParts } from './parts.ts';

const { Check, Prompt } = interactionPolicy;

const description = 'simulated: the developer of this service has chosen it in the console';

const authorizationCode = 'authorization_code';
const ciba = 'urn:openid:params:grant-type:ciba';

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

/** The same where a service asks by itself: faults of the endpoint. @returns what is forced otherwise */
export async function simulateRequest({ clients, clock }: ProviderParts, clientId: string): Promise<string | undefined> {
  const outcome = simulatedOutcome((await clients.find(clientId))?.client, clock.now());
  if (outcome === 'server_error') throw new errors.OIDCProviderError(500, outcome);
  // answered as a real interruption is, to the last header
  if (outcome === 'temporarily_unavailable') throw new StoreUnavailable(description);
  return outcome;
}

/** What a poll is answered, where that is forced; `pending` for a request that nobody ever answers. */
export type SimulatedPoll = 'pending' | { readonly error: string; readonly errorDescription: string } | undefined;

export async function simulatePoll(
  { clients, clock }: Pick<ProviderParts, 'clients' | 'clock'>,
  clientId: string,
): Promise<SimulatedPoll> {
  const outcome = simulatedOutcome((await clients.find(clientId))?.client, clock.now());
  if (outcome === 'access_denied') return { error: outcome, errorDescription: description };
  if (outcome === 'request_expired') throw new errors.ExpiredToken(description);
  if (outcome === 'slow_down') throw new errors.SlowDown(description);
  return outcome === 'authorization_pending' ? 'pending' : undefined;
}

/** What is redeemed for the first tokens. */
const redeems = ({ oidc }: KoaContextWithOIDC): unknown => {
  const grantType = oidc.route === 'token' && oidc.params?.['grant_type'];
  return [authorizationCode, ciba].find((each) => each === grantType);
};

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
  const redeemed = redeems(ctx);
  if (outcome === undefined || redeemed === undefined) return false;
  if (outcome === 'code_expired' && redeemed === authorizationCode) throw new errors.InvalidGrant(description);
  if (outcome === 'token_server_error') throw new errors.OIDCProviderError(500, 'server_error');
  if (outcome === 'token_slow') await pause(slowMs);
  return false;
}
