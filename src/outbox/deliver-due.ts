import type { Clock } from '#src/kernel/clock.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Store } from '#src/kernel/store.ts';
import { type OutboxDocument, outbox } from './collections.ts';
import { dueOf, moveMessage } from './messages.ts';
import { outboxPolicy } from './policy.ts';

/** `refused` will not become better by trying again, `failed` may. The reason is for operators and names no person. */
export type Delivery = { readonly outcome: 'delivered' } | { readonly outcome: 'refused' | 'failed'; readonly reason: string };

/** One kind of message's way out. */
export type Deliver = (message: OutboxDocument) => Promise<Delivery>;

export interface DeliveryParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** By kind. */
  readonly ways: Readonly<Record<string, Deliver>>;
  /** Told of each message that is given up. */
  readonly givenUp: (message: Pick<OutboxDocument, 'key' | 'kind' | 'to' | 'attempts'>, reason: string) => void;
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

/** Whose way is missing is a message of a version to come, or of one that was rolled back: another process may know it. */
async function send({ ways }: DeliveryParts, message: OutboxDocument): Promise<Delivery> {
  const way = Object.hasOwn(ways, message.kind) ? ways[message.kind] : undefined;
  if (way === undefined) return { outcome: 'failed', reason: 'no way for this kind' };
  return way(message).catch((fault: unknown) => ({ outcome: 'failed', reason: wordOf(fault) }));
}

async function giveUp({ store, clock, givenUp }: DeliveryParts, message: OutboxDocument, reason: string): Promise<void> {
  const attempts = message.attempts + 1;
  const dead = { state: 'dead', attempts, lastError: reason, expiresAt: clock.now() + outboxPolicy.keptMs } as const;
  if (await store.amend(outbox, message.id, { state: 'waiting' }, { set: dead })) givenUp({ ...message, attempts }, reason);
}

/** Sends one recipient's messages in order until one does not get through: then all of them wait, and only that one counts as tried. */
async function deliverTo(parts: DeliveryParts, messages: readonly OutboxDocument[]): Promise<void> {
  const { store, clock, random } = parts;
  const turnEnds = clock.now() + outboxPolicy.turnMs;
  for (const [at, message] of messages.entries()) {
    if (clock.now() >= turnEnds) return;
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
    const dueMs = clock.now() + retryAfterMs(attempts, random);
    await moveMessage(store, message, { attempts, lastError: delivery.reason, dueMs });
    for (const [behind, waiting] of messages.slice(at + 1).entries())
      await moveMessage(store, waiting, { dueMs: dueMs + 1 + behind });
    return;
  }
}

/**
 * Delivers what is due, at least once: a process that dies after sending sends again, with the same key. Recipients don't wait for each other.
 * @returns how many messages were due
 */
export async function deliverDue(parts: DeliveryParts): Promise<number> {
  const { store, clock } = parts;
  const waiting = await store.find(outbox, 'state', 'waiting', { limit: outboxPolicy.together });
  const now = clock.now();
  const due = waiting.filter((message) => dueOf(message) <= now);
  const recipients = [...Map.groupBy(due, ({ kind, to }) => `${kind} ${to}`).values()];
  const next = async (): Promise<void> => {
    for (let messages = recipients.shift(); messages !== undefined; messages = recipients.shift()) await deliverTo(parts, messages);
  };
  await Promise.all(Array.from({ length: outboxPolicy.recipientsAtOnce }, next));
  return due.length;
}
