/** Numbers about devices; policy, not rules. */
export const devicePolicy = {
  mostActive: 3,
  /** Refused enrolments that one code survives. */
  triesOfCode: 10,
  /** Wrong codes from one network in a quarter of an hour; many people share one, and codes have 50 random bits. */
  wrongCodesOfNetwork: 100,
  wrongCodesSeconds: 900,
  /** How long a code works, in seconds. */
  codeLifeSeconds: 900,
  activationCodeLifeSeconds: 7 * 86_400,
  /** How long a device that nobody vouched for waits before it reaches more than level 2: time for its owner to remove it. */
  unvouchedWaitMs: 24 * 3_600_000,
  /** How far a device's clock may be off, in seconds. */
  proofSkewSeconds: 300,
  callsPerMinute: 300,
} as const;
