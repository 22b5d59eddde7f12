import { acrValues } from '#config/acr.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { Actor } from './actor.ts';
import type { Client, Simulation } from './client.ts';
import type { ClientErrorCode } from './errors.ts';
import { changesBetween } from './history.ts';
import { checkManager } from './propose.ts';
import type { ClientRegistryParts } from './registry-parts.ts';
import { type Expected, knownState, takeStep } from './service-record.ts';

/** What can be forced at the authorization endpoint: each is the error that the service gets. */
export const simulatedErrors = [
  'access_denied',
  'login_required',
  'interaction_required',
  'consent_required',
  'unmet_authentication_requirements',
  'temporarily_unavailable',
  'server_error',
] as const;

/** What can be forced where a code is redeemed; `account_locked` also wherever a token is used. */
export const simulatedUses = ['token_server_error', 'token_slow', 'code_expired', 'account_locked'] as const;

/** What can be forced for a request by the back channel alone. */
const simulatedPolls = ['request_expired', 'slow_down', 'authorization_pending'] as const;

export const simulatedOutcomes: readonly string[] = [...simulatedErrors, ...simulatedUses, ...simulatedPolls, ...acrValues];

/** Outcomes that a request by the back channel has whoever it is about: its person is not asked at all. */
const askedOfNobody: readonly string[] = ['access_denied', ...simulatedPolls];
export const isAskedOfNobody = (outcome: string | undefined): boolean => outcome !== undefined && askedOfNobody.includes(outcome);

/** Nobody wonders the next day why nothing works. */
const lastsMs = 3600_000;

/** What is forced now. Nothing ever is but at a service that is in the sandbox, whatever its registration says. */
export function simulatedOutcome(client: Pick<Client, 'stage' | 'simulation'> | undefined, now: number): string | undefined {
  if (client?.stage !== 'sandbox' || client.simulation === undefined) return undefined;
  return now < client.simulation.until ? client.simulation.outcome : undefined;
}

/**
 * Forces an outcome for an hour, or ends that.
 * @throws {DomainError} `simulation_unknown`, `service_state_wrong` outside the sandbox, `service_role_missing`
 */
export function setSimulation(
  parts: ClientRegistryParts,
  id: string,
  by: Actor,
  { outcome, ...expected }: Expected & { readonly outcome: string | undefined },
): Promise<Simulation | undefined> {
  if (outcome !== undefined && !simulatedOutcomes.includes(outcome))
    throw new DomainError<ClientErrorCode>('simulation_unknown', { detail: outcome.slice(0, 100) });
  return takeStep(parts, id, by, expected, (record) => {
    checkManager(record, by);
    const state = knownState(record);
    const { live } = record;
    if (live === undefined || state !== 'sandbox')
      throw new DomainError<ClientErrorCode>('service_state_wrong', {
        detail: `a simulation is for the sandbox; this one is ${state}`,
      });
    const simulation = outcome === undefined ? undefined : { outcome, until: parts.clock.now() + lastsMs };
    const told = (value: string | undefined) => (value === undefined ? {} : { simulation: value });
    return {
      live: { ...live, simulation },
      told: { action: 'simulate', state, changes: changesBetween(told(live.simulation?.outcome), told(outcome)) },
      answer: simulation,
    };
  });
}
