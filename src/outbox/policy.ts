/** Numbers about messages to the outside; policy, not rules. */
export const outboxPolicy = {
  /** What is due is looked at this often. */
  everyMs: 1000,
  /** What is due is read in pages, so many a turn. */
  page: 500,
  pagesATurn: 10,
  /** Of what is due to one recipient, so many in a turn, for so long. */
  together: 100,
  turnMs: 5000,
  /** Recipients that are sent to at the same moment. */
  lanesAtOnce: 32,
  firstRetryMs: 5000,
  retryFactor: 3,
  longestRetryMs: 3_600_000,
  /** Tried for so long, then dead. */
  givenUpAfterMs: 3 * 86_400_000,
  /** A message, dead or not, is kept no longer. */
  keptMs: 30 * 86_400_000,
} as const;

/** How much one turn reads and sends. */
export type TurnPolicy = { readonly [Name in 'page' | 'pagesATurn' | 'together' | 'lanesAtOnce']: number };
