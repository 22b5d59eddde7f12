/** Numbers about passkeys; policy, not rules. */
export const passkeyPolicy = {
  mostOfAccount: 10,
  /** How long a challenge is taken: as long as the page that shows it lives. */
  challengeLifeMs: 30 * 60_000,
  /** How far the clocks of two processes may differ. */
  skewMs: 60_000,
  longestName: 60,
} as const;
