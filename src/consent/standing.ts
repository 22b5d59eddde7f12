import type { ConsentReceipt } from './collections.ts';

/** What holds now between one person and one service, folded from the receipts. */
export interface Standing {
  /** `<purpose> <claim>`: the newest live decision. */
  readonly decisions: ReadonlyMap<string, 'granted' | 'refused' | 'informed'>;
  readonly offlineAccess: boolean;
  /** False before the first page about this service. */
  readonly met: boolean;
}

export const decisionKey = (purpose: string, claim: string): string => `${purpose} ${claim}`;

/** The newest live receipt about a claim and purpose decides. */
export function standingOf(receipts: Readonly<Record<string, ConsentReceipt>> | undefined, nowMs: number): Standing {
  const decisions = new Map<string, 'granted' | 'refused' | 'informed'>();
  let offlineAccess = false;
  const live = Object.values(receipts ?? {})
    .filter(({ until }) => nowMs < until)
    .sort((one, other) => one.at - other.at);
  for (const receipt of live) {
    for (const outcome of ['refused', 'granted', 'informed'] as const) {
      for (const claim of receipt[outcome]) decisions.set(decisionKey(receipt.purpose, claim), outcome);
    }
    offlineAccess ||= receipt.offlineAccess;
  }
  return { decisions, offlineAccess, met: live.length > 0 };
}

/** What the person decided about a claim for one purpose: an answer for another purpose says nothing here. */
export const decisionOn = (standing: Standing, purpose: string, claim: string): 'granted' | 'refused' | 'informed' | undefined =>
  standing.decisions.get(decisionKey(purpose, claim));
