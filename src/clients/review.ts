import { DomainError } from '#src/kernel/domain-error.ts';
import type { Actor } from './actor.ts';
import type { ClientDocument, WaitingDocument } from './collections.ts';
import type { ClientErrorCode } from './errors.ts';
import { checkManager } from './propose.ts';
import { needsSecretBy } from './protocol-rules.ts';
import type { ClientRegistryParts } from './registry-parts.ts';
import {
  type Expected,
  isWaiting,
  knownState,
  type LiveContent,
  overVersion,
  type ServiceRecord,
  secretsToBe,
  takeStep,
} from './service-record.ts';
import { changesOfVersion } from './shown-registration.ts';
import { checkTransition, type ServiceState, type Stage, type Verb } from './states.ts';

/** Where a step has brought a service, or the version of it that waits. */
export interface Moved {
  readonly client_id: string;
  readonly state: ServiceState;
}

export interface SubmitOptions extends Expected {
  /** What for; the next stage, unless it says the one it has. */
  readonly to?: Stage | undefined;
}

/** The state that steps of a version are taken from: its own where there is one, else the service's. */
const reviewedState = (record: ServiceRecord): ServiceState =>
  isWaiting(record.waiting) ? record.waiting.stage : knownState(record);

/** What a service in the sandbox submits without another change: itself, as everybody who changed it left it. */
const itself = (live: ClientDocument): Pick<WaitingDocument, 'version' | 'managers' | 'hands'> => {
  const {
    schema: _s,
    secret: _1,
    secrets: _2,
    managers = [],
    hands = [],
    simulation: _i,
    suspension: _p,
    suspensions: _n,
    createdAt: _c,
    updatedAt: _u,
    ...version
  } = live;
  return { version, managers, hands };
};

/** A version's own, else the one after what works. */
const nextStage = ({ waiting }: ServiceRecord): Stage => (isWaiting(waiting) ? waiting.target : 'production');

/** A new service goes through the sandbox: only operators register past it. */
function targetOf(record: ServiceRecord, by: Actor, wanted: Stage | undefined): Stage {
  const target = wanted ?? nextStage(record);
  if (record.live === undefined && target === 'production' && !by.roles.includes('operator'))
    throw new DomainError<ClientErrorCode>('service_state_wrong', { detail: 'a new service is approved for the sandbox first' });
  if (record.live?.stage === 'production' && target === 'sandbox')
    throw new DomainError<ClientErrorCode>('service_state_wrong', { detail: 'it is in production already' });
  return target;
}

/** Puts a version before the reviewers. @throws {DomainError} */
export function submitVersion(
  parts: ClientRegistryParts,
  id: string,
  by: Actor,
  { to, ...expected }: SubmitOptions,
): Promise<Moved> {
  return takeStep(parts, id, by, expected, (record) => {
    const { live, waiting } = record;
    checkManager(record, by);
    checkTransition('submit', reviewedState(record), by);
    const target = targetOf(record, by, to);
    const before = isWaiting(waiting) ? waiting : itself(live as ClientDocument);
    const version = { ...before.version, stage: target };
    return {
      waiting: {
        ...before,
        id,
        version,
        target,
        stage: 'review',
        hands: [...new Set([...before.hands, by.id])],
        refusal: undefined,
      },
      told: { action: `submit for ${target}`, state: 'review' },
      answer: { client_id: id, state: 'review' },
    };
  });
}

/** Takes a version back from the reviewers, or returns it to its makers. */
function backToDraft(
  parts: ClientRegistryParts,
  id: string,
  by: Actor,
  verb: Extract<Verb, 'withdraw' | 'refuse'>,
  expected: Expected,
): Promise<Moved> {
  return takeStep(parts, id, by, expected, (record) => {
    const { waiting } = record;
    if (verb === 'withdraw') checkManager(record, by);
    checkTransition(verb, reviewedState(record), by, { reason: expected.reason });
    const refusal = verb === 'refuse' ? { at: parts.clock.now(), by: by.id, reason: expected.reason } : undefined;
    return {
      waiting: { ...(waiting as WaitingDocument), stage: 'draft', refusal },
      told: { action: verb, state: 'draft' },
      answer: { client_id: id, state: 'draft' },
    };
  });
}

/** Forgets the version that waits; what works goes on, and where nothing does the identifier is free again. */
export function dropVersion(
  parts: ClientRegistryParts,
  id: string,
  by: Actor,
  expected: Expected,
): Promise<Pick<Moved, 'client_id'>> {
  return takeStep(parts, id, by, expected, (record) => {
    checkManager(record, by);
    const state = reviewedState(record);
    checkTransition('drop', state, by);
    return {
      waiting: overVersion(record.waiting as WaitingDocument),
      told: { action: 'drop', state: record.live === undefined ? state : knownState(record) },
      answer: { client_id: id },
    };
  });
}

export const withdrawVersion = (parts: ClientRegistryParts, id: string, by: Actor, expected: Expected): Promise<Moved> =>
  backToDraft(parts, id, by, 'withdraw', expected);

export const refuseVersion = (parts: ClientRegistryParts, id: string, by: Actor, why: Expected): Promise<Moved> =>
  backToDraft(parts, id, by, 'refuse', why);

/** What works once a version is approved: its own words, with the state, sector and testers that the service has by now. */
function approvedContent(record: ServiceRecord, { version, target, managers, hands }: WaitingDocument): LiveContent {
  const { live } = record;
  return {
    ...version,
    state: live?.state ?? 'active',
    stage: target,
    sector: live?.sector ?? version.sector,
    subjectKeyVersion: live?.subjectKeyVersion ?? version.subjectKeyVersion,
    testers: live?.testers,
    simulation: target === 'sandbox' ? live?.simulation : undefined,
    suspension: live?.suspension,
    suspensions: live?.suspensions,
    managers: live?.managers ?? managers,
    // the version is looked at once more before it is open to everybody, and its makers still cannot be who does it
    hands: target === 'sandbox' ? hands : undefined,
    secrets: needsSecretBy(version.metadata) ? secretsToBe(record) : undefined,
  };
}

/**
 * Lets the version that waits work, in the place of the one before.
 * @throws {DomainError} `service_same_hand` to everybody who made, changed or submitted it
 */
export function approveVersion(parts: ClientRegistryParts, id: string, by: Actor, expected: Expected): Promise<Moved> {
  return takeStep(parts, id, by, expected, (record) => {
    const { live } = record;
    const state = reviewedState(record);
    checkTransition('approve', state, by, { hands: record.waiting?.hands ?? [] });
    const waiting = record.waiting as WaitingDocument;
    const content = approvedContent(record, waiting);
    const now = content.state === 'suspended' ? 'suspended' : content.stage;
    return {
      live: content,
      waiting: overVersion(waiting),
      told: {
        action: `approve for ${waiting.target}`,
        state: now,
        changes: changesOfVersion(live, { ...waiting, version: content }),
      },
      answer: { client_id: id, state: now },
    };
  });
}
