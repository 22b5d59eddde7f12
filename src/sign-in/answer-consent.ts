import type { Account } from '#src/accounts/account.ts';
import { formatAcr } from '#src/assurance/level.ts';
import type { ConsentDocument, ConsentReceipt, ShownWords, SignedDecision } from '#src/consent/collections.ts';
import type { ConsentPlan } from '#src/consent/consent-plan.ts';
import { identityMark } from '#src/consent/identity-mark.ts';
import { recordConsent } from '#src/consent/record-consent.ts';
import type { Language } from '#src/kernel/identifier.ts';
import type { Journey } from './journey.ts';
import type { SignInParts } from './ports.ts';

/** The version of what the consent page says around the claims; changes with its words. */
const consentTextVersion = '2026-11';

interface BaseAnswer {
  /** Claim names that were ticked; names that were not asked are ignored. */
  readonly granted: readonly string[];
  readonly language: Language;
  /** What was on the screen. */
  readonly words: ShownWords;
}

export type ConsentAnswer =
  | (BaseAnswer & { readonly method: 'browser' })
  | (BaseAnswer & { readonly method: 'phone'; readonly decision: SignedDecision });

/** Keeps a person's answer as a receipt: what was ticked, what was left, what they were told. Gives all their receipts for this service. */
export async function answerConsent(
  parts: SignInParts,
  journey: Journey & { account: Account; plan: ConsentPlan },
  answer: ConsentAnswer,
): Promise<ConsentDocument> {
  const { account, client, plan, assessment } = journey;
  const asked = plan.asked.map(({ name }) => name);
  const granted = asked.filter((name) => answer.granted.includes(name));
  const now = parts.clock.now();
  const receipt: Omit<ConsentReceipt, 'shown'> = {
    at: now,
    until: now + parts.policy.consentLifeMs,
    purpose: plan.purpose.id,
    granted,
    // a phone decides only what it grants; the rest is asked on the page
    refused: answer.method === 'phone' ? [] : asked.filter((name) => !granted.includes(name)),
    informed: plan.informed.map(({ name }) => name),
    offlineAccess: plan.offlineAccess && answer.method === 'browser',
    acr: assessment.reached === undefined ? '' : formatAcr(assessment.reached.level),
    language: answer.language,
    method: answer.method,
    text: consentTextVersion,
    identity: identityMark(account),
    ...(answer.method === 'phone' ? { decision: answer.decision } : {}),
  };
  return recordConsent(parts, { accountId: account.id, clientId: client.id }, { receipt, words: answer.words }, journey.consent);
}
