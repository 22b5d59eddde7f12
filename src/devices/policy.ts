/** Numbers about devices; policy, not rules. */
export const devicePolicy = {
  mostActive: 3,
  /** Wrong tries of enrolment codes from one network, each quarter of an hour. */
  enrolmentTries: 10,
  enrolmentTriesSeconds: 900,
  /** How long a code works, in seconds. */
  codeLifeSeconds: 900,
  activationCodeLifeSeconds: 7 * 86_400,
  /** How far a device's clock may be off, in seconds. */
  proofSkewSeconds: 300,
  callsPerMinute: 300,
} as const;
