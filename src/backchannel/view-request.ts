import type { Account } from '#src/accounts/account.ts';
import type { Level } from '#src/assurance/level.ts';
import type { ProvenMethod } from '#src/assurance/methods.ts';
import { reachOf, relayedReach } from '#src/assurance/reach.ts';
import { isUsable } from '#src/assurance/token-check.ts';
import type { Client } from '#src/clients/client.ts';
import { asAskingItself } from '#src/clients/shown-domain.ts';
import type { ConsentDocument } from '#src/consent/collections.ts';
import type { ConsentPlan } from '#src/consent/consent-plan.ts';
import { findConsent } from '#src/consent/record-consent.ts';
import { standingOf } from '#src/consent/standing.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type Assessment, assess } from '#src/sign-in/assess.ts';
import { consentPlanFor } from '#src/sign-in/journey.ts';
import { mayAskByItself, maySignInAt } from '#src/sign-in/sandbox.ts';
import { withSimulatedLevel } from '#src/sign-in/simulated-level.ts';
import type { BackchannelParts, BackchannelRequest } from './ports.ts';

/** A service's own request seen for one person. */
export interface ViewedRequest {
  readonly client: Client;
  readonly account: Account;
  readonly assessment: Assessment;
  readonly consent: ConsentDocument | undefined;
  readonly plan: ConsentPlan;
}

/** What the person proved on the phone, and when. */
export interface DecidedBy {
  readonly methods: readonly ProvenMethod[];
  /** Whole seconds since the epoch. */
  readonly at: number;
  /** What the phone showed that it takes. */
  readonly level?: Level | undefined;
}

/** Undefined when the service or the account is gone or stopped, or the service is on trial with others. The account is looked at anew each time. */
export async function viewRequest(
  parts: BackchannelParts,
  accountId: AccountId,
  request: BackchannelRequest,
  decided: DecidedBy = { methods: [], at: 0 },
): Promise<ViewedRequest | undefined> {
  // all of it for whomever it is about: nobody can tell by the effort who is there
  const [found, account, consent] = await Promise.all([
    parts.clients.find(request.clientId),
    parts.accounts.get(accountId),
    findConsent(parts.store, accountId, request.clientId),
  ]);
  if (found === undefined || account === undefined || !isUsable(account)) return undefined;
  const client = asAskingItself(found.client);
  // nothing comes of what a service asked before it was stopped: neither a token nor a consent
  if ((client.suspensions ?? 0) !== (request.suspensions ?? 0)) return undefined;
  if (!maySignInAt(client, account, parts.idNumberDigest)) return undefined;
  if (!mayAskByItself(client, account, standingOf(consent, { client, account, nowMs: parts.clock.now() }))) return undefined;
  const assessed = assess({
    client,
    params: request.params,
    account,
    // no browser of the person's stands behind it
    reach: relayedReach(reachOf(account, parts.deviceMethods)),
    methods: decided.methods,
    now: decided.at,
    atLeast: decided.level,
    provenNow: true,
  });
  const assessment = withSimulatedLevel(assessed, { client, account, now: parts.clock.now() });
  // who asks for data by itself has it looked at item by item, also what was decided before
  const askAgain = request.kind === 'data-request';
  const plan = consentPlanFor(parts, client, request.params, account, { consent, askAgain });
  return { client, account, assessment, consent, plan };
}
