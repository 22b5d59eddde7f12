import { createHash } from 'node:crypto';
import type { Clock } from '#src/kernel/clock.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Store } from '#src/kernel/store.ts';
import { type AccountEventDocument, accountEvents } from './collections.ts';

/** What its holder can read about an account. */
export type AccountEventType =
  | 'looked-up'
  | 'locked'
  | 'unlocked'
  | 'device-enrolled'
  | 'device-renamed'
  | 'device-removed'
  | 'enrolment-code-issued'
  | 'password-changed'
  | 'session-ended'
  | 'data-downloaded'
  | 'signed-in'
  | 'reported'
  | 'service-paused'
  | 'service-answered'
  | 'consent-withdrawn'
  | 'account-linked'
  | 'account-unlinked'
  | 'document-requested'
  | 'document-checked'
  | 'document-cancelled'
  | 'passkey-added'
  | 'passkey-removed'
  | 'feedback-answered'
  | 'role-granted'
  | 'role-revoked';

interface EventParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}

/** The same as a document, for who writes it down together with what it tells of. */
export function accountEvent(
  { clock, random }: Pick<EventParts, 'clock' | 'random'>,
  accountId: AccountId,
  type: AccountEventType,
  data: AccountEventDocument['data'],
): AccountEventDocument {
  const at = clock.now();
  return { id: eventId(at, randomIdentifier(random, 80)), accountId, at, type, data };
}

/** Writes down what was done with an account, for its holder to read. Holds names of things, never secrets. */
export async function recordAccountEvent(
  parts: EventParts,
  accountId: AccountId,
  type: AccountEventType,
  data: AccountEventDocument['data'],
): Promise<void> {
  await parts.store.insert(accountEvents, accountEvent(parts, accountId, type, data));
}

/**
 * The same for something that can happen only once: `name` and `moment` (milliseconds since the epoch, the same whoever writes it down) tell
 * it from all others, and the first to write it down wins.
 */
export async function recordEventOnce(
  { store, clock }: Pick<EventParts, 'store' | 'clock'>,
  { name, moment }: { readonly name: string; readonly moment: number },
  { accountId, type, data }: Omit<AccountEventDocument, 'id' | 'at' | 'type'> & { readonly type: AccountEventType },
): Promise<void> {
  const digest = createHash('sha256').update(name).digest('base64url').slice(0, 20);
  await store.insert(accountEvents, { id: eventId(moment, digest), accountId, at: clock.now(), type, data });
}

/** Events sort by time: their ids begin with it. */
export const timeKey = (ms: number): string => ms.toString(36).padStart(9, '0');
const eventId = (at: number, rest: string): string => `${timeKey(at)}-${rest}`;

const pageLength = 500;

/** What was done since a moment (milliseconds since the epoch), oldest first; up to one of them, where its id is given. */
export async function accountEventsSince(
  store: Store,
  accountId: AccountId,
  sinceMs: number,
  before?: string,
): Promise<AccountEventDocument[]> {
  const events: AccountEventDocument[] = [];
  for (let after = timeKey(sinceMs); ; ) {
    const page = await store.find(accountEvents, 'account', accountId, { after, limit: pageLength });
    events.push(...(before === undefined ? page : page.filter(({ id }) => id < before)));
    const last = page.at(-1);
    if (last === undefined || page.length < pageLength || (before !== undefined && last.id >= before)) return events;
    after = last.id;
  }
}

const dayMs = 86_400_000;
const firstSpanMs = 30 * dayMs;

/**
 * The last `count` things that were done between two moments, newest first: of those before `before`, the id of one. Looks at a month, then
 * further and further back, because ids are listed oldest first.
 */
export async function newestAccountEvents(
  store: Store,
  accountId: AccountId,
  { before, count, sinceMs, nowMs }: { before: string | undefined; count: number; sinceMs: number; nowMs: number },
): Promise<AccountEventDocument[]> {
  const untilMs = before === undefined ? nowMs : Math.min(nowMs, Number.parseInt(before.slice(0, 9), 36));
  for (let spanMs = firstSpanMs; ; spanMs *= 4) {
    const fromMs = Math.max(sinceMs, untilMs - spanMs);
    const events = await accountEventsSince(store, accountId, fromMs, before);
    if (events.length >= count || fromMs <= sinceMs) return events.slice(-count).reverse();
  }
}

/** Oldest first. */
export const listAccountEvents = (store: Store, accountId: AccountId): Promise<AccountEventDocument[]> =>
  store.find(accountEvents, 'account', accountId, { limit: 1000 });
