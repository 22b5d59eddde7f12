import type { Clock } from '#src/kernel/clock.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import { type Store, type Write, write } from '#src/kernel/store.ts';
import { type AccountEventDocument, accountEvents } from './collections.ts';

/** What its holder can read about an account. */
export type AccountEventType =
  | 'looked-up'
  | 'locked'
  | 'unlocked'
  | 'device-enrolled'
  | 'device-removed'
  | 'signed-in'
  | 'reported';

interface EventParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}

/** What was done with an account, for its holder to read; as part of a commit. Holds names of things, never secrets. */
export function accountEvent(
  { clock, random }: Pick<EventParts, 'clock' | 'random'>,
  accountId: AccountId,
  type: AccountEventType,
  data: AccountEventDocument['data'],
): Write {
  const at = clock.now();
  const id = `${at.toString(36).padStart(9, '0')}-${randomIdentifier(random, 80)}`;
  return write.insert(accountEvents, { id, accountId, at, type, data });
}

/** The same on its own. */
export const recordAccountEvent = (
  parts: EventParts,
  accountId: AccountId,
  type: AccountEventType,
  data: AccountEventDocument['data'],
): Promise<void> => parts.store.commit([accountEvent(parts, accountId, type, data)]);

/** Oldest first. */
export const listAccountEvents = (store: Store, accountId: AccountId): Promise<AccountEventDocument[]> =>
  store.find(accountEvents, 'account', accountId, { limit: 1000 });
