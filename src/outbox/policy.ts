/** Numbers about messages to the outside; policy, not rules. */
export const outboxPolicy = {
  /** What is due is looked at this often. */
  everyMs: 1000,
  /** Of what is due, so many at a time. */
  together: 500,
  /** Recipients that are sent to at the same moment. */
  recipientsAtOnce: 8,
  /** One recipient has this long in each turn. */
  turnMs: 5000,
  firstRetryMs: 5000,
  retryFactor: 3,
  longestRetryMs: 3_600_000,
  /** Tried for so long, then dead. */
  givenUpAfterMs: 3 * 86_400_000,
  /** A message, dead or not, is kept no longer. */
  keptMs: 30 * 86_400_000,
} as const;
