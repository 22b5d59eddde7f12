import type { Account } from '#src/accounts/account.ts';
import type { Client } from '#src/clients/client.ts';
import type { LocalizedText } from '#src/kernel/identifier.ts';
import type { ConsentDocument, ConsentReceipt, ShownWords, Withdrawal } from './collections.ts';
import { identityMark } from './identity-mark.ts';

export type DecisionOutcome = 'granted' | 'refused' | 'informed';

/** What holds now between one person and one service, folded from receipts and withdrawals. */
export interface Standing {
  /** `<purpose> <claim>`: the newest live decision. */
  readonly decisions: ReadonlyMap<string, DecisionOutcome>;
  /** Purposes for which the service may go on while nobody is signed in. */
  readonly offline: ReadonlySet<string>;
  /** Purposes the person has seen a page about. */
  readonly met: ReadonlySet<string>;
}

/** Whom and what decisions are measured against now. */
export interface StandingContext {
  /** Undefined: the service is registered no longer, so its words can't be compared. */
  readonly client: Pick<Client, 'policy'> | undefined;
  readonly account: Pick<Account, 'identityLevel' | 'evidence'>;
  readonly nowMs: number;
}

export const decisionKey = (purpose: string, claim: string): string => `${purpose} ${claim}`;

const isSameText = (one: LocalizedText | undefined, other: LocalizedText | undefined): boolean =>
  one?.vi === other?.vi && one?.en === other?.en;

/** Whether a withdrawal takes back what a receipt says about a claim; without a claim, all that it says. */
const covers = (withdrawal: Withdrawal, id: string, receipt: ConsentReceipt, claim?: string): boolean =>
  withdrawal.receipts.includes(id) &&
  (withdrawal.purpose === undefined || withdrawal.purpose === receipt.purpose) &&
  (withdrawal.claim === undefined || withdrawal.claim === claim);

export const isWithdrawn = (consent: ConsentDocument, id: string, claim?: string): boolean => {
  const receipt = consent.receipts[id];
  return receipt !== undefined && Object.values(consent.withdrawals ?? {}).some((each) => covers(each, id, receipt, claim));
};

/** The receipt's purpose is registered and still says what the person read. */
function isPurposeAsShown(receipt: ConsentReceipt, words: ShownWords | undefined, { client }: StandingContext): boolean {
  if (client === undefined || words === undefined) return true;
  const registered = client.policy.purposes.find(({ id }) => id === receipt.purpose);
  return registered !== undefined && isSameText(registered, words.purpose);
}

/** A claim that was told is told again when another law, or other words of it, stand behind it. */
function isBasisAsShown(claim: string, words: ShownWords | undefined, { client }: StandingContext): boolean {
  if (client === undefined || words === undefined) return true;
  const basisOf = (bases: ShownWords['legalBasis']) => bases.find((basis) => basis.claim === claim)?.text;
  return isSameText(basisOf(client.policy.legalBasis), basisOf(words.legalBasis));
}

/** The context with what is the same for every receipt. */
interface Measure extends StandingContext {
  readonly mark: string;
}

/** Not too old, of the person as they are proven now, in the words of now, not withdrawn. */
const isLive = (consent: ConsentDocument, id: string, receipt: ConsentReceipt, context: Measure): boolean =>
  context.nowMs < receipt.until &&
  (receipt.identity === undefined || receipt.identity === context.mark) &&
  isPurposeAsShown(receipt, consent.words?.[receipt.shown ?? ''], context) &&
  !isWithdrawn(consent, id);

/** The claims a receipt decided and how; undefined where that says nothing any longer, and the question is open again. */
function outcomesOf(
  consent: ConsentDocument,
  id: string,
  receipt: ConsentReceipt,
  receiptIsLive: boolean,
  context: Measure,
): [string, DecisionOutcome | undefined][] {
  const words = consent.words?.[receipt.shown ?? ''];
  const holds = (claim: string, outcome: DecisionOutcome): boolean =>
    receiptIsLive && !isWithdrawn(consent, id, claim) && (outcome !== 'informed' || isBasisAsShown(claim, words, context));
  return (['refused', 'granted', 'informed'] as const).flatMap((outcome) =>
    receipt[outcome].map((claim): [string, DecisionOutcome | undefined] => [claim, holds(claim, outcome) ? outcome : undefined]),
  );
}

/**
 * The newest receipt about a claim and purpose decides. Where it is live no longer the question is open: what was decided before it does not
 * come back, not even when a registration returns to earlier words.
 */
export function standingOf(consent: ConsentDocument | undefined, context: StandingContext): Standing {
  const decisions = new Map<string, DecisionOutcome>();
  const offline = new Set<string>();
  const met = new Set<string>();
  if (consent === undefined) return { decisions, offline, met };
  const measure = { ...context, mark: identityMark(context.account) };
  const oldestFirst = Object.entries(consent.receipts).sort(([, one], [, other]) => one.at - other.at);
  for (const [id, receipt] of oldestFirst) {
    const { purpose } = receipt;
    const receiptIsLive = isLive(consent, id, receipt, measure);
    if (receiptIsLive) {
      met.add(purpose);
      if (receipt.offlineAccess) offline.add(purpose);
    } else {
      met.delete(purpose);
      offline.delete(purpose);
    }
    for (const [claim, outcome] of outcomesOf(consent, id, receipt, receiptIsLive, measure)) {
      if (outcome === undefined) decisions.delete(decisionKey(purpose, claim));
      else decisions.set(decisionKey(purpose, claim), outcome);
    }
  }
  return { decisions, offline, met };
}

/** What the person decided about a claim for one purpose: an answer for another purpose says nothing here. */
export const decisionOn = (standing: Standing, purpose: string, claim: string): DecisionOutcome | undefined =>
  standing.decisions.get(decisionKey(purpose, claim));

/**
 * How often everything of a purpose was taken back. Tokens remember the number under which they were granted, and are dead under any other:
 * compared for equality, so that no clock has a say.
 */
export const endingsOf = (consent: ConsentDocument | undefined, purpose: string): number =>
  Object.values(consent?.withdrawals ?? {}).filter(
    (each) => each.claim === undefined && (each.purpose === undefined || each.purpose === purpose),
  ).length;
