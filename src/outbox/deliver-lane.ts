import type { Clock } from '#src/kernel/clock.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Store } from '#src/kernel/store.ts';
import { type OutboxDocument, outbox } from './collections.ts';
import { moveMessage } from './messages.ts';
import { outboxPolicy } from './policy.ts';

/** `refused` will not become better by trying again, `failed` may. The reason is for operators and names no person. */
export type Delivery = { readonly outcome: 'delivered' } | { readonly outcome: 'refused' | 'failed'; readonly reason: string };

export type Deliver = (message: OutboxDocument) => Promise<Delivery>;

/** One kind of message's way out. */
export interface Way {
  readonly deliver: Deliver;
  /** How many messages to one recipient may be on their way at once. Where it is one, as it is unless said, they keep their order. */
  readonly lanes?: number;
}

export interface DeliveryParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** By kind. */
  readonly ways: Readonly<Record<string, Way>>;
  /** Told of each message that is given up. */
  readonly givenUp: (message: Pick<OutboxDocument, 'key' | 'kind' | 'to' | 'attempts'>, reason: string) => void;
  /** Told of faults of our own: what they hit is sent again. */
  readonly failed: (fault: unknown) => void;
}

/** Nothing of a lane is tried again before `until` (milliseconds since the epoch); so many messages already wait behind the one that failed. */
export interface Rest {
  readonly until: number;
  readonly behind: number;
}

/** Whose way is missing is a message of a version to come, or of one that was rolled back: another process may know it. */
const noWay: Way = { deliver: async () => ({ outcome: 'failed', reason: 'no way for this kind' }) };

const wayOf = ({ ways }: DeliveryParts, kind: string): Way => (Object.hasOwn(ways, kind) ? ways[kind] : undefined) ?? noWay;

/** Where a message waits: its kind and recipient, and for a way of several lanes always the same one of them. */
export function laneOf(parts: DeliveryParts, { kind, to, key }: OutboxDocument): string {
  const { lanes = 1 } = wayOf(parts, kind);
  const lane = [...key].reduce((sum, char) => sum + char.charCodeAt(0), 0) % lanes;
  return JSON.stringify([kind, to, lane]);
}

/** 5 s, 15 s, 45 s … an hour; up to a fifth more, so that what failed together does not come back together. */
function retryAfterMs(attempts: number, random: Random): number {
  const { firstRetryMs, retryFactor, longestRetryMs } = outboxPolicy;
  const wait = Math.min(longestRetryMs, firstRetryMs * retryFactor ** (attempts - 1));
  return wait + random.below(Math.ceil(wait / 5));
}

/** `ECONNREFUSED`, `TimeoutError`: never a message, which may say more than operators should read. */
function wordOf(fault: unknown): string {
  const { code, name } = (fault ?? {}) as { code?: unknown; name?: unknown };
  return [code, name].find((word): word is string => typeof word === 'string' && /^\w{1,40}$/.test(word)) ?? 'fault';
}

const send = (parts: DeliveryParts, message: OutboxDocument): Promise<Delivery> =>
  wayOf(parts, message.kind)
    .deliver(message)
    .catch((fault: unknown) => ({ outcome: 'failed', reason: wordOf(fault) }));

async function giveUp({ store, clock, givenUp }: DeliveryParts, message: OutboxDocument, reason: string): Promise<void> {
  const attempts = message.attempts + 1;
  const dead = { state: 'dead', attempts, lastError: reason, expiresAt: clock.now() + outboxPolicy.keptMs } as const;
  if (await store.amend(outbox, message.id, { state: 'waiting' }, { set: dead })) givenUp({ ...message, attempts }, reason);
}

/** Puts messages behind those that wait already, in their order and untried. */
export async function waitBehind(
  { store }: Pick<DeliveryParts, 'store'>,
  messages: readonly OutboxDocument[],
  { until, behind }: Rest,
): Promise<Rest> {
  for (const [at, message] of messages.entries()) await moveMessage(store, message, { dueMs: until + behind + at + 1 });
  return { until, behind: behind + messages.length };
}

/**
 * Sends one lane's messages in order until one does not get through: then all of them wait, and only that one counts as tried.
 * @returns how long the lane rests, when it has to
 */
export async function deliverLane(parts: DeliveryParts, messages: readonly OutboxDocument[]): Promise<Rest | undefined> {
  const { store, clock, random } = parts;
  const turnEnds = clock.now() + outboxPolicy.turnMs;
  for (const [at, message] of messages.entries()) {
    if (clock.now() >= turnEnds) return undefined;
    const delivery = await send(parts, message);
    if (delivery.outcome === 'delivered') {
      await store.remove(outbox, message.id);
      continue;
    }
    const isOver = clock.now() - message.queuedAt >= outboxPolicy.givenUpAfterMs;
    if (delivery.outcome === 'refused' || isOver) {
      await giveUp(parts, message, delivery.reason);
      continue;
    }
    const attempts = message.attempts + 1;
    const until = clock.now() + retryAfterMs(attempts, random);
    await moveMessage(store, message, { attempts, lastError: delivery.reason, dueMs: until });
    // what waits behind it follows in the next turns
    return waitBehind(parts, messages.slice(at + 1), { until, behind: 0 });
  }
  return undefined;
}
