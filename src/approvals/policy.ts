/** Numbers about approvals; policy, not rules. */
export const approvalPolicy = {
  /** A QR frame is taken this long after its second began. */
  frameLifeSeconds: 8,
  /** How far the clocks of two nodes may differ. */
  clockSkewSeconds: 1,
  /** A page's QR lives this long in all. */
  pageLifeSeconds: 180,
  /** Time to decide once scanned. */
  decideSeconds: 120,
  /** An approval is kept this long after it ended, so that a page can still take it up or show how it ended. */
  keptMs: 3_600_000,
  /** A browser known this long may reach authentication level 4 across devices. */
  trustedBrowserMs: 7 * 86_400_000,
  /** Looks of the matcher at one face for one approval. */
  faceTries: 5,
  decisionLifeSeconds: 60,
  /** How far ahead a phone's clock may be, which the server's `Date` sets right. */
  deviceSkewSeconds: 5,
} as const;
