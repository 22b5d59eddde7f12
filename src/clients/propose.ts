import { DomainError } from '#src/kernel/domain-error.ts';
import { type Actor, isSameHand } from './actor.ts';
import { broughtAfter } from './brought-secrets.ts';
import type { Client } from './client.ts';
import type { ClientErrorCode } from './errors.ts';
import { changesBetween, type MemberChange, type Told } from './history.ts';
import { asLibraryReads } from './library-metadata.ts';
import { refuseOwnService } from './own-services.ts';
import { type RegisteredSecrets, secretsAfter } from './registered-secrets.ts';
import { clientOf, type Registration, readRegistration } from './registration.ts';
import type { ClientRegistryParts } from './registry-parts.ts';
import { openSecret } from './secrets.ts';
import { requireKeptSector, requireOwnSector } from './sector.ts';
import {
  type Expected,
  isWaiting,
  type LiveContent,
  overVersion,
  type ServiceRecord,
  type Step,
  secretsToBe,
  stateOf,
  takeStep,
} from './service-record.ts';
import { registeredMembers } from './shown-registration.ts';
import { checkTransition, maySay, type ServiceState } from './states.ts';

/** `client_secret`: a generated one, given this once. `state`: only where the version does not work yet, or the service stays stopped. */
export interface Registered {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly state?: ServiceState;
}

export interface ProposeOptions extends Expected {
  /** Refused where the service is there already. */
  readonly isNew?: boolean;
}

interface Proposal {
  readonly version: Client;
  readonly secrets: RegisteredSecrets;
  readonly changes: readonly MemberChange[];
  readonly answer: Registered;
}

const checkSector = (members: Registration['members'], live: Client | undefined): void =>
  live === undefined ? requireOwnSector(members) : requireKeptSector(members, live);

/** What a registration makes of a service, checked to the end; nothing is written yet. */
function proposalOf(parts: ClientRegistryParts, registration: Registration, { live, ...record }: ServiceRecord): Proposal {
  const waiting = isWaiting(record.waiting) ? record.waiting : undefined;
  const latest = waiting?.version ?? live;
  refuseOwnService(registration.members.client_id);
  const secrets = secretsAfter(parts, registration, secretsToBe({ live, ...record }));
  const version = clientOf(registration, live);
  const [newest] = secrets.kept ?? [];
  parts.rules.check(asLibraryReads(version), newest === undefined ? undefined : openSecret(parts.sealing, version.id, newest));
  return {
    version,
    secrets,
    changes: [
      ...changesBetween(latest === undefined ? {} : registeredMembers(latest), registeredMembers(version)),
      ...(secrets.isChanged ? [{ member: 'client_secret', after: secrets.kept === undefined ? 'none' : 'another' }] : []),
    ],
    answer: { client_id: version.id, ...(secrets.generated === undefined ? {} : { client_secret: secrets.generated }) },
  };
}

const withHand = (hands: readonly string[] | undefined, by: Actor): readonly string[] => [...new Set([...(hands ?? []), by.id])];

/** What is kept of a service beside its registration. */
function carriedOver(
  { live, waiting }: ServiceRecord,
  by: Actor,
): Pick<LiveContent, 'managers' | 'testers' | 'simulation' | 'suspension' | 'suspensions'> {
  const managers = live?.managers ?? (isWaiting(waiting) ? waiting.managers : [by.id]);
  return {
    managers,
    testers: live?.testers,
    simulation: live?.simulation,
    suspension: live?.suspension,
    suspensions: live?.suspensions,
  };
}

const dropped = ({ waiting }: ServiceRecord): Partial<Step<never>> => (isWaiting(waiting) ? { waiting: overVersion(waiting) } : {});

/** What is registered works at once: by an operator outside production, and in the sandbox. */
function worksAtOnce(record: ServiceRecord, by: Actor, proposal: Proposal, approval: string): Step<Registered> {
  const { live } = record;
  const { version, secrets, changes, answer } = proposal;
  const content = { ...version, ...carriedOver(record, by), secrets: secrets.kept };
  const isStopped = version.state === 'suspended';
  const told: Told = { action: 'change', state: isStopped ? 'suspended' : version.stage, changes, approval };
  const answered = { ...answer, ...(isStopped ? { state: 'suspended' as const } : {}) };
  if (live !== undefined && changes.length === 0 && !isWaiting(record.waiting)) return { told, answer: answered };
  const hands = version.stage === 'sandbox' ? { hands: withHand(live?.hands, by) } : {};
  return {
    ...dropped(record),
    live: { ...content, ...hands },
    told,
    answer: answered,
  };
}

/** What is registered waits: in an operator's name for approval at once, else as a draft. */
function waits(record: ServiceRecord, by: Actor, { version, secrets, changes, answer }: Proposal): Step<Registered> {
  const { live, waiting } = record;
  const before = isWaiting(waiting) ? waiting : undefined;
  const isSubmitted = by.roles.includes('operator');
  const stage = isSubmitted ? 'review' : 'draft';
  const target = isSubmitted ? 'production' : (live?.stage ?? 'sandbox');
  return {
    waiting: {
      id: version.id,
      stage,
      target,
      version: { ...version, state: 'active', stage: target },
      ...(live === undefined
        ? { secrets: secrets.kept ?? [] }
        : { brought: secrets.kept && broughtAfter(before?.brought, secrets.brought) }),
      managers: before?.managers ?? live?.managers ?? [by.id],
      hands: withHand([...(live?.hands ?? []), ...(before?.hands ?? [])], by),
    },
    told: { action: isSubmitted ? 'change and submit' : 'change', state: stage, changes },
    answer: { ...answer, state: stage },
  };
}

/** A service's own people and operators; what is there with no people of its own is for operators alone. @throws {DomainError} `service_role_missing` */
export function checkManager({ id, live, waiting }: ServiceRecord, by: Actor): void {
  if (!maySay(by, 'manager')) throw new DomainError<ClientErrorCode>('service_role_missing', { detail: 'this is for a manager' });
  const isNobodys = live === undefined && !isWaiting(waiting);
  const managers = live === undefined ? (waiting?.managers ?? []) : (live.managers ?? []);
  if (by.roles.includes('operator') || isNobodys || managers.some((each) => isSameHand(each, by.id))) return;
  throw new DomainError<ClientErrorCode>('service_role_missing', { detail: `${by.id} does not manage ${id}` });
}

/**
 * An operator's registration: it works at once in development and test, and waits for another operator in production.
 * @throws {DomainError} `client_metadata_invalid`
 */
export function putRegistration(parts: ClientRegistryParts, json: unknown, by: Actor, expected: Expected): Promise<Registered> {
  const registration = readRegistration(json, parts.registration);
  const { isProduction } = parts.registration;
  return takeStep(parts, registration.members.client_id, by, expected, (record) => {
    const proposal = proposalOf(parts, registration, record);
    return isProduction ? waits(record, by, proposal) : worksAtOnce(record, by, proposal, 'not needed: this is not production');
  });
}

/**
 * A manager's registration: a draft beside what works. In the sandbox it works at once, for testers alone; where registration is open a new one
 * begins there.
 * @throws {DomainError} `client_metadata_invalid`, `service_exists`, `service_role_missing`, `service_state_wrong`, `service_changed`
 */
export function proposeRegistration(
  parts: ClientRegistryParts,
  json: unknown,
  by: Actor,
  { isNew = false, ...expected }: ProposeOptions,
): Promise<Registered> {
  const registration = readRegistration(json, parts.registration);
  return takeStep(parts, registration.members.client_id, by, expected, (record) => {
    const state = stateOf(record);
    if (isNew && state !== 'unknown') throw new DomainError<ClientErrorCode>('service_exists', { detail: record.id });
    checkManager(record, by);
    checkTransition('change', state, by);
    if (!by.roles.includes('operator')) checkSector(registration.members, record.live);
    if (state === 'unknown' && parts.registration.isOpen === true) {
      const proposal = proposalOf(parts, registration, record);
      const version: Client = { ...proposal.version, stage: 'sandbox' };
      return worksAtOnce(record, by, { ...proposal, version }, 'not needed: registration is open, for the sandbox alone');
    }
    if (state !== 'sandbox') return waits(record, { ...by, roles: ['manager'] }, proposalOf(parts, registration, record));
    return worksAtOnce(record, by, proposalOf(parts, registration, record), 'not needed: in the sandbox, for testers alone');
  });
}
