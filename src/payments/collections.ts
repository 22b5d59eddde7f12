import { collection } from '#src/kernel/store.ts';

/** What one person approved at one service on one day; the id says which. */
export interface DaySumDocument {
  readonly id: string;
  /** In đồng. */
  readonly sum: number;
  readonly expiresAt: number;
}

export const daySums = collection<DaySumDocument>()({
  name: 'payment_days',
  lifetime: 'expires',
  // losing one would let a second day's worth go without a look
  durability: 'flushed',
});
