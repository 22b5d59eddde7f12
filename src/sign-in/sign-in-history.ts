import { accountEventsSince, recordAccountEvent, recordEventOnce } from '#src/accounts/account-events.ts';
import { accountEvents } from '#src/accounts/collections.ts';
import { endEverySignIn } from '#src/accounts/locks.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Store } from '#src/kernel/store.ts';
import type { InteractionDocument } from './collections.ts';
import type { Journey } from './journey.ts';
import { type BrowserKey, forgetBrowser, rememberBrowser } from './known-browsers.ts';
import type { SignInParts } from './ports.ts';
import { tokenSays } from './token-says.ts';

interface HistoryParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}

/** A sign-in as its holder reads it. */
export interface SignInRecord {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly clientId: string;
  /** `Firefox on Windows`; empty when the browser did not say. */
  readonly browser: string;
  readonly browserKey: string;
  /** The first sign-in in this browser: what a phone must be told of without being asked. */
  readonly isNewBrowser: boolean;
  readonly isReported: boolean;
}

const shownForMs = 30 * 86_400_000;
const mostShown = 20;

/** What a service could read from then on, and at what level. */
export interface ReleasedAtSignIn {
  readonly acr: string;
  /** The id of the purpose. */
  readonly purpose: string;
  /** Names of claims that the person granted, now or before. */
  readonly granted: readonly string[];
  /** Names of claims that the service reads by law. */
  readonly informed: readonly string[];
}

/** What the plan of a request that nothing is asked of any longer lets its service read. */
export function releasedBy({ assessment, plan }: Pick<Journey, 'assessment' | 'plan'>): ReleasedAtSignIn | undefined {
  const says = tokenSays(assessment);
  if (says === undefined || plan === undefined) return undefined;
  const names = (claims: readonly { readonly name: string }[]): string[] => claims.map(({ name }) => name);
  return { acr: says.acr, purpose: plan.purpose.id, granted: names(plan.alreadyGranted), informed: names(plan.informed) };
}

/** Writes a sign-in down for its holder and makes its browser a known one, side by side: neither needs the other. */
export async function recordSignIn(
  parts: HistoryParts & Pick<SignInParts, 'policy'>,
  { id: interaction, accountId, payload, from, methods = [] }: InteractionDocument,
  browser: BrowserKey,
  released: ReleasedAtSignIn | undefined,
): Promise<void> {
  if (accountId === undefined) throw new TypeError('nobody signed in');
  // the moment of the last proof: pages that finish twice (a second tab, a double press) name the same event
  const moment = Math.max(...methods.map(({ at }) => at)) * 1000;
  const { isNew, written } = await rememberBrowser(parts, accountId, browser, methods);
  const data = {
    service: payload.params['client_id'],
    browser: from?.browser ?? '',
    network: from?.address ?? '',
    browserKey: browser.key,
    amr: methods.map(({ amr }) => amr),
    isNewBrowser: isNew,
    ...released,
  };
  const recorded = recordEventOnce(parts, { name: interaction, moment }, { accountId, type: 'signed-in', data });
  await Promise.all([written, recorded]);
}

/** The last sign-ins of thirty days, newest first. */
export async function listSignIns(parts: HistoryParts, accountId: AccountId): Promise<SignInRecord[]> {
  const events = await accountEventsSince(parts.store, accountId, parts.clock.now() - shownForMs);
  const reported = new Set(events.filter(({ type }) => type === 'reported').map(({ data }) => data['signIn']));
  return events
    .filter(({ type }) => type === 'signed-in')
    .sort((one, other) => one.at - other.at)
    .slice(-mostShown)
    .reverse()
    .map(({ id, at, data }) => ({
      id,
      at,
      clientId: String(data['service']),
      browser: String(data['browser'] ?? ''),
      browserKey: String(data['browserKey'] ?? ''),
      isNewBrowser: data['isNewBrowser'] === true,
      isReported: reported.has(id),
    }));
}

/**
 * "That was not me": ends every session, code and token of the account with one write, so that nothing which is under way slips through,
 * and makes the browser an unknown one again. Repeatable.
 * @throws {DomainError} `sign_in_not_found`
 */
export async function reportSignIn(parts: HistoryParts, accountId: AccountId, id: string): Promise<void> {
  const event = await parts.store.get(accountEvents, id);
  if (event?.accountId !== accountId || event.type !== 'signed-in') throw new DomainError('sign_in_not_found');
  await endEverySignIn(parts, accountId);
  await forgetBrowser(parts.store, accountId, String(event.data['browserKey']));
  await recordAccountEvent(parts, accountId, 'reported', { signIn: id });
}
