import type { AccountId } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';

/** A message to the operator; the id is its reference. */
export interface FeedbackDocument {
  readonly id: string;
  readonly accountId: AccountId;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Sealed: people write about themselves. */
  readonly text: string;
  readonly state: 'open' | 'answered';
  /** Sealed too. */
  readonly answer?: string | undefined;
  readonly answeredAt?: number | undefined;
}

export const feedback = collection<FeedbackDocument>()({
  name: 'feedback',
  lifetime: 'kept',
  durability: 'flushed',
  indexes: { account: { on: 'accountId' }, open: { on: 'state', where: { state: 'open' } } },
});
