import type { ApprovalId } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';

/** What one service asked of one person lately, so that it can't wear them down. */
export interface AskedRequestsDocument {
  /** Of person and service; neither is to be read from it. */
  readonly id: string;
  /** Counts every write, so that of two at the same moment one begins anew. */
  readonly revision: number;
  /** Requests that may have come before the person, oldest first; at their times in milliseconds since the epoch. */
  readonly asked: readonly { readonly approval: ApprovalId; readonly at: number }[];
  /** Until then no request of this service comes before this person; milliseconds since the epoch. */
  readonly pausedUntil?: number | undefined;
  readonly expiresAt: number;
}

export const askedRequests = collection<AskedRequestsDocument>()({
  name: 'asked_requests',
  lifetime: 'expires',
  durability: 'buffered',
  restored: 'never',
});
