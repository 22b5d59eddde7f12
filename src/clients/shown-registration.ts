import { wholeSeconds } from '#src/kernel/clock.ts';
import type { Client, ClientMetadata, Simulation } from './client.ts';
import type { ClientDocument, Suspension, WaitingDocument } from './collections.ts';
import { clientNotFound } from './errors.ts';
import { changesBetween, type MemberChange } from './history.ts';
import { isLive, secretsOf } from './secrets.ts';
import { isWaiting, knownState, type ServiceRecord, stateOf, versionTag } from './service-record.ts';
import type { ServiceState } from './states.ts';

/** A registration under its members' own names: what people compare, and what is put again. Never a secret. */
export function registeredMembers({ metadata, policy, sector, subjectTypeReason }: Client): ClientMetadata {
  const { client_secret_expires_at: _, ...kept } = metadata;
  return {
    ...kept,
    class: policy.class,
    purposes: policy.purposes,
    allowed_claims: policy.allowedClaims,
    ...(policy.allowedScopes === undefined ? {} : { allowed_scopes: policy.allowedScopes }),
    ...(policy.profile === undefined ? {} : { profile: policy.profile }),
    legal_basis: policy.legalBasis,
    min_acr: policy.minAcr,
    allowed_acr: policy.allowedAcr,
    default_acr_values: policy.defaultAcr,
    require_pkce: policy.requirePkce,
    ...(policy.loginHints === undefined ? {} : { login_hints: policy.loginHints }),
    sector,
    ...(subjectTypeReason === undefined ? {} : { subject_type_reason: subjectTypeReason }),
    ...(policy.consentEventUri === undefined ? {} : { consent_event_uri: policy.consentEventUri }),
  };
}

/** What the version that waits changes of what works. */
export const changesOfVersion = (live: Client | undefined, { version, brought }: WaitingDocument): MemberChange[] => [
  ...changesBetween(live === undefined ? {} : registeredMembers(live), registeredMembers(version)),
  ...(brought === undefined ? [] : [{ member: 'client_secret', after: 'another' }]),
];

/** When the newest secret that counts ends, in seconds since the epoch, where it does. */
function secretEnd(live: ClientDocument, now: number): object {
  const newest = secretsOf(live).find((secret) => isLive(secret, now));
  return newest?.expiresAt === undefined ? {} : { client_secret_expires_at: wholeSeconds(newest.expiresAt) };
}

const timesOf = ({ createdAt, updatedAt }: Pick<ClientDocument, 'createdAt' | 'updatedAt'>): object => ({
  client_id_issued_at: wholeSeconds(createdAt),
  updated_at: wholeSeconds(updatedAt),
});

/** The version that waits beside what works. */
const waitingState = (waiting: WaitingDocument | undefined): object => (isWaiting(waiting) ? { waiting: waiting.stage } : {});

/**
 * What works of a service, so that it can be edited and put again; its version that waits where nothing works yet, or where that was asked for.
 * Always the state, and the times in seconds since the epoch. @see RFC 7591, 3.2.1
 * @throws {DomainError} `client_not_found`
 */
export function shownRegistration(record: ServiceRecord, which: 'working' | 'waiting', now: number): ClientMetadata {
  const { live, waiting } = record;
  if (live !== undefined && which === 'working')
    return {
      ...registeredMembers(live),
      ...secretEnd(live, now),
      state: stateOf(record),
      ...waitingState(waiting),
      ...timesOf(live),
    };
  if (!isWaiting(waiting)) throw clientNotFound(record.id);
  return { ...registeredMembers(waiting.version), state: waiting.stage, ...timesOf(waiting) };
}

export interface ListedClient {
  readonly client_id: string;
  readonly client_name: string;
  readonly class: string;
  readonly state: string;
  /** The version beside what works. */
  readonly waiting?: 'draft' | 'review';
}

/** One line of the list of services; undefined for what is none any longer. */
export function listedClient(record: ServiceRecord): ListedClient | undefined {
  const { live, waiting } = record;
  const shown = live ?? (isWaiting(waiting) ? waiting.version : undefined);
  if (shown === undefined) return undefined;
  return {
    client_id: shown.id,
    client_name: String(shown.metadata['client_name'] ?? shown.name.vi),
    class: shown.policy.class,
    state: stateOf(record),
    ...(live !== undefined && isWaiting(waiting) ? { waiting: waiting.stage } : {}),
  };
}

/** Where a service stands, for those who look after it. */
export interface ServiceStanding {
  readonly state: ServiceState;
  readonly version: string;
  readonly managers: readonly string[];
  readonly suspension: Suspension | undefined;
  readonly simulation: Simulation | undefined;
  readonly waiting: (Pick<WaitingDocument, 'target' | 'hands' | 'refusal'> & { readonly stage: 'draft' | 'review' }) | undefined;
}

/** @throws {DomainError} `client_not_found` */
export function standingOf(record: ServiceRecord): ServiceStanding {
  const { live, waiting } = record;
  const state = knownState(record);
  return {
    state,
    version: versionTag(record),
    managers: live?.managers ?? (live === undefined ? (waiting?.managers ?? []) : []),
    suspension: live?.suspension,
    simulation: live?.simulation,
    waiting: isWaiting(waiting) ? waiting : undefined,
  };
}
