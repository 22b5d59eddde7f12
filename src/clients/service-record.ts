import { DomainError } from '#src/kernel/domain-error.ts';
import { CommitConflict, versionOf, type Write, write } from '#src/kernel/store.ts';
import type { Actor } from './actor.ts';
import { withBrought } from './brought-secrets.ts';
import { type ClientDocument, clientHistory, clients, type WaitingDocument, waitingVersions } from './collections.ts';
import { type ClientErrorCode, clientNotFound } from './errors.ts';
import { historyEntry, type Told } from './history.ts';
import type { ClientRegistryParts } from './registry-parts.ts';
import { isLive, type KeptSecret, secretsOf } from './secrets.ts';
import type { ServiceState } from './states.ts';

/** A service as it stands: what works of it, and the version that waits. */
export interface ServiceRecord {
  readonly id: string;
  readonly live: ClientDocument | undefined;
  readonly waiting: WaitingDocument | undefined;
}

/** What is kept of a document, without what saving adds. */
export type LiveContent = Omit<ClientDocument, 'schema' | 'secret' | 'createdAt' | 'updatedAt'>;
export type WaitingContent = Omit<WaitingDocument, 'createdAt' | 'updatedAt'>;

/** What a use case makes of a record; a member that is absent stays. */
export interface Step<Answer> {
  readonly live?: LiveContent;
  readonly waiting?: WaitingContent;
  readonly told: Told;
  readonly answer: Answer;
}

/** What is said of every change. */
export interface Expected {
  /** What `versionTag` must still be. */
  readonly version?: string | undefined;
  /** Why, for the history. */
  readonly reason?: string | undefined;
}

type RecordParts = Pick<ClientRegistryParts, 'store' | 'clock' | 'random' | 'signals'>;

/** Tells one state of a service from every other. */
export const versionTag = ({ live, waiting }: ServiceRecord): string =>
  `${(live?.updatedAt ?? 0).toString(36)}.${(waiting?.updatedAt ?? 0).toString(36)}`;

export const isWaiting = (waiting: WaitingDocument | undefined): waiting is WaitingDocument & { stage: 'draft' | 'review' } =>
  waiting !== undefined && waiting.stage !== 'none';

export function stateOf({ live, waiting }: ServiceRecord): ServiceState | 'unknown' {
  if (live !== undefined) return live.state === 'suspended' ? 'suspended' : live.stage;
  return isWaiting(waiting) ? waiting.stage : 'unknown';
}

/** The secrets as they are once the version that waits works, where one does. */
export function secretsToBe({ live, waiting }: ServiceRecord): readonly KeptSecret[] {
  const version = isWaiting(waiting) ? waiting : undefined;
  return live === undefined ? (version?.secrets ?? []) : withBrought(secretsOf(live), version?.brought);
}

/** What is left of a version that was approved or dropped. */
export const overVersion = (waiting: WaitingDocument): WaitingContent => ({
  ...waiting,
  stage: 'none',
  secrets: undefined,
  brought: undefined,
});

/** `unknown` is nobody's. @throws {DomainError} `client_not_found` */
export function knownState(record: ServiceRecord): ServiceState {
  const state = stateOf(record);
  if (state === 'unknown') throw clientNotFound(record.id);
  return state;
}

export async function readRecord({ store }: Pick<RecordParts, 'store'>, id: string): Promise<ServiceRecord> {
  // in this order: an approval between the two is seen as one that is still to come, and is then noticed, never as a service that is nowhere
  const waiting = await store.get(waitingVersions, id);
  const live = await store.get(clients, id);
  return { id, live: live && { ...live, secrets: secretsOf(live) }, waiting };
}

const optionalOfLive = [
  'secret',
  'secrets',
  'subjectTypeReason',
  'testers',
  'simulation',
  'managers',
  'hands',
  'suspension',
] as const;
const optionalOfWaiting = ['secrets', 'brought', 'refusal'] as const;

/** What is there of a content: engines are told of the rest by `unset`. */
const present = <Content extends object>(content: Content): Content =>
  Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined)) as Content;

const absentOf = <Member extends string>(content: object, members: readonly Member[]): Member[] =>
  members.filter((member) => (content as Record<string, unknown>)[member] === undefined);

function writeLive(record: ServiceRecord, content: LiveContent, at: number): Write {
  const { live: before } = record;
  const newest = secretsOf({ ...content, secret: undefined, createdAt: at }).find((secret) => isLive(secret, at));
  const kept = present({ ...content, updatedAt: at, secret: newest?.sealed });
  if (before === undefined) return write.insert(clients, { ...kept, schema: versionOf(clients), createdAt: at });
  const change = { set: kept, unset: absentOf(kept, optionalOfLive) };
  return write.patch(clients, record.id, { updatedAt: before.updatedAt }, change);
}

function writeWaiting({ id, waiting: before }: ServiceRecord, given: WaitingContent, at: number): Write {
  const content = present(given);
  if (before === undefined) return write.insert(waitingVersions, { ...content, createdAt: at, updatedAt: at });
  const change = { set: { ...content, updatedAt: at }, unset: absentOf(content, optionalOfWaiting) };
  return write.patch(waitingVersions, id, { updatedAt: before.updatedAt }, change);
}

/** Later than everything that was written before, so that a time is also a version. */
const nextTime = (now: number, { live, waiting }: ServiceRecord): number =>
  Math.max(now, (live?.updatedAt ?? 0) + 1, (waiting?.updatedAt ?? 0) + 1);

/** The change and its entry in the history: both or neither. What changes nothing is not written. */
async function save(parts: RecordParts, record: ServiceRecord, by: Actor, step: Step<unknown>): Promise<void> {
  if (step.live === undefined && step.waiting === undefined) return;
  const at = nextTime(parts.clock.now(), record);
  await parts.store.commit([
    ...(step.live === undefined ? [] : [writeLive(record, step.live, at)]),
    ...(step.waiting === undefined ? [] : [writeWaiting(record, step.waiting, at)]),
    write.insert(clientHistory, historyEntry(parts.random, record.id, at, by, step.told)),
  ]);
  await parts.signals.send('*', 'client', { clientId: record.id });
}

const changedMeanwhile = (id: string): DomainError<ClientErrorCode> => new DomainError('service_changed', { detail: id });

/** Others change the same service at most so often while one change is worked out. */
const mostTries = 20;

/**
 * Takes one step with a service: of any number that begin at one state, one is written, and the others look again.
 * @throws {DomainError} `service_changed` where a state was expected that is over
 */
export async function takeStep<Answer>(
  parts: RecordParts,
  id: string,
  by: Actor,
  { version, reason }: Expected,
  work: (record: ServiceRecord) => Step<Answer> | Promise<Step<Answer>>,
): Promise<Answer> {
  for (let tried = 0; tried < mostTries; tried += 1) {
    const record = await readRecord(parts, id);
    if (version !== undefined && version !== versionTag(record)) throw changedMeanwhile(id);
    const step = await work(record);
    try {
      await save(parts, record, by, { ...step, told: { reason, ...step.told } });
      return step.answer;
    } catch (fault) {
      if (!(fault instanceof CommitConflict)) throw fault;
    }
  }
  throw changedMeanwhile(id);
}
