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
  | 'device-removed'
  | 'signed-in'
  | 'reported';

interface EventParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}

/** Writes down what was done with an account, for its holder to read. Holds names of things, never secrets. */
export async function recordAccountEvent(
  { store, clock, random }: EventParts,
  accountId: AccountId,
  type: AccountEventType,
  data: AccountEventDocument['data'],
): Promise<void> {
  const at = clock.now();
  const id = `${at.toString(36).padStart(9, '0')}-${randomIdentifier(random, 80)}`;
  await store.insert(accountEvents, { id, accountId, at, type, data });
}

/** Oldest first. */
export const listAccountEvents = (store: Store, accountId: AccountId): Promise<AccountEventDocument[]> =>
  store.find(accountEvents, 'account', accountId, { limit: 1000 });
