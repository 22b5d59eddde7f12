import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import { CommitConflict, type Store, type Write, write } from '#src/kernel/store.ts';
import { type OutboxDocument, outbox } from './collections.ts';
import { outboxPolicy } from './policy.ts';

type Message = Pick<OutboxDocument, 'kind' | 'to' | 'content'>;

const outboxId = (dueMs: number, key: string): string => `${dueMs.toString(36).padStart(9, '0')}-${key}`;
export const dueOf = ({ id }: Pick<OutboxDocument, 'id'>): number => Number.parseInt(id.slice(0, id.indexOf('-')), 36);

/** When a message is due, where that is not now, and why it waits. */
interface Waiting {
  readonly dueInMs?: number;
  readonly lastError?: string;
}

interface MessageParts {
  readonly clock: Clock;
  readonly random: Random;
}

/** A message that is due now, or later. */
export function newMessage(
  { clock, random }: MessageParts,
  message: Message,
  { dueInMs = 0, ...waiting }: Waiting = {},
): OutboxDocument {
  const now = clock.now();
  const key = randomIdentifier(random);
  return {
    id: outboxId(now + dueInMs, key),
    key,
    ...message,
    ...waiting,
    state: 'waiting',
    attempts: 0,
    queuedAt: now,
    expiresAt: now + outboxPolicy.keptMs,
  };
}

/** The same for the commit that writes what it tells of: both happen, or neither. */
export const queued = (parts: MessageParts, message: Message, waiting?: Waiting): Write =>
  write.insert(outbox, newMessage(parts, message, waiting));

/**
 * Puts a message that is still as it was read to another time: the old document ends, a new one begins.
 * @returns false when somebody else moved it
 */
export async function moveMessage(
  store: Store,
  message: OutboxDocument,
  change: Partial<OutboxDocument> & { readonly dueMs: number },
): Promise<boolean> {
  const { dueMs, ...members } = change;
  try {
    await store.commit([
      write.patch(outbox, message.id, { state: message.state }, { set: { state: 'moved', expiresAt: 0 } }),
      write.insert(outbox, { ...message, ...members, id: outboxId(dueMs, message.key) }),
    ]);
    return true;
  } catch (conflict) {
    if (!(conflict instanceof CommitConflict)) throw conflict;
    return false;
  }
}

/** What an operator sees of a message: never its content. */
export interface ListedMessage {
  readonly id: string;
  readonly kind: string;
  readonly to: string;
  readonly state: string;
  readonly attempts: number;
  readonly queued_at: string;
  readonly due_at: string;
  readonly last_error?: string;
}

const mostListed = 1000;

/** Messages given up and waiting, at most a thousand of each. */
export async function listMessages(store: Store): Promise<ListedMessage[]> {
  const found = await Promise.all(
    (['dead', 'waiting'] as const).map((state) => store.find(outbox, 'state', state, { limit: mostListed })),
  );
  return found.flat().map((message) => ({
    id: message.key,
    kind: message.kind,
    to: message.to,
    state: message.state,
    attempts: message.attempts,
    queued_at: new Date(message.queuedAt).toISOString(),
    due_at: new Date(dueOf(message)).toISOString(),
    ...(message.lastError === undefined ? {} : { last_error: message.lastError }),
  }));
}

/** Every message that was given up, to one recipient or to all, is due again. @throws {DomainError} `message_not_found` when there is none */
export async function reviveMessages(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  to: string | undefined,
): Promise<number> {
  const dead = await store.find(outbox, 'state', 'dead', { limit: mostListed });
  const wanted = dead.filter((message) => to === undefined || message.to === to);
  if (wanted.length === 0) throw new DomainError('message_not_found');
  const now = clock.now();
  const moved = await Promise.all(
    wanted.map((message) =>
      moveMessage(store, message, {
        state: 'waiting',
        attempts: 0,
        queuedAt: now,
        dueMs: now,
        expiresAt: now + outboxPolicy.keptMs,
      }),
    ),
  );
  return moved.filter(Boolean).length;
}
