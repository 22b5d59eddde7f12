import type { Account } from '#src/accounts/account.ts';
import { formatAcr } from '#src/assurance/level.ts';
import type { ConsentDocument, ShownWords, SignedDecision } from '#src/consent/collections.ts';
import type { ConsentPlan } from '#src/consent/consent-plan.ts';
import { identityMark } from '#src/consent/identity-mark.ts';
import { type ConsentEntry, recordConsent } from '#src/consent/record-consent.ts';
import type { Language } from '#src/kernel/identifier.ts';
import type { Journey } from './journey.ts';
import type { SignInParts } from './ports.ts';

/** The version of what the consent page says around the claims; changes with its words. */
const consentTextVersion = '2026-11-25';

interface BaseAnswer {
  /** Claim names that were ticked; names that were not asked are ignored. */
  readonly granted: readonly string[];
  readonly language: Language;
  /** What was on the screen. */
  readonly words: ShownWords;
  /** An earlier end than policy gives it, in milliseconds since the epoch. */
  readonly until?: number | undefined;
}

export type ConsentAnswer =
  | (BaseAnswer & { readonly method: 'browser' })
  | (BaseAnswer & {
      readonly method: 'phone';
      readonly decision: SignedDecision;
      /** No page asks about what was left unticked. */
      readonly isWhole?: boolean;
    });

type Asked = Pick<Journey, 'client' | 'assessment' | 'consent'> & { readonly account: Account; readonly plan: ConsentPlan };

/** A person's answer as a receipt: what was ticked, what was left, what they were told, and the words of it. */
export function consentEntry(parts: Pick<SignInParts, 'clock' | 'policy'>, asking: Asked, answer: ConsentAnswer): ConsentEntry {
  const { account, plan, assessment } = asking;
  const asked = plan.asked.map(({ name }) => name);
  const granted = asked.filter((name) => answer.granted.includes(name));
  const now = parts.clock.now();
  const isLeftToPage = answer.method === 'phone' && answer.isWhole !== true;
  return {
    receipt: {
      at: now,
      until: Math.min(now + parts.policy.consentLifeMs, answer.until ?? Number.POSITIVE_INFINITY),
      purpose: plan.purpose.id,
      granted,
      // a phone decides only what it grants; the rest is asked on the page
      refused: isLeftToPage ? [] : asked.filter((name) => !granted.includes(name)),
      informed: plan.informed.map(({ name }) => name),
      offlineAccess: plan.offlineAccess && answer.method === 'browser',
      acr: assessment.reached === undefined ? '' : formatAcr(assessment.reached.level),
      language: answer.language,
      method: answer.method,
      text: consentTextVersion,
      identity: identityMark(account),
      ...(answer.method === 'phone' ? { decision: answer.decision } : {}),
    },
    words: answer.words,
  };
}

/** Keeps a person's answer. Gives all their receipts for this service. */
export function answerConsent(parts: SignInParts, asking: Asked, answer: ConsentAnswer): Promise<ConsentDocument> {
  const { account, client, consent } = asking;
  return recordConsent(parts, { accountId: account.id, clientId: client.id }, consentEntry(parts, asking, answer), consent);
}
