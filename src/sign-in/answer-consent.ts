import type { Account } from '#src/accounts/account.ts';
import { formatAcr } from '#src/assurance/level.ts';
import type { ConsentDocument, ConsentReceipt } from '#src/consent/collections.ts';
import type { ConsentPlan } from '#src/consent/consent-plan.ts';
import { recordConsent } from '#src/consent/record-consent.ts';
import type { Language } from '#src/kernel/identifier.ts';
import type { Journey } from './journey.ts';
import type { SignInParts } from './ports.ts';

/** The version of what the consent page says around the claims; changes with its words. */
const consentTextVersion = '2026-11-25';

export interface ConsentAnswer {
  /** Claim names that were ticked; names that were not asked are ignored. */
  readonly granted: readonly string[];
  readonly language: Language;
  readonly method: 'browser' | 'phone';
  /** What a phone leaves unticked is asked on the page, unless there is none. */
  readonly isWhole?: boolean;
  /** An earlier end than policy gives it, in milliseconds since the epoch. */
  readonly until?: number | undefined;
  /** When it was decided, in milliseconds since the epoch; now, unless said. */
  readonly at?: number;
  /** One receipt for one decision, however often it is written down. */
  readonly key?: string;
}

/** Keeps a person's answer as a receipt: what was ticked, what was left, what they were told. Gives all their receipts for this service. */
export async function answerConsent(
  parts: SignInParts,
  journey: Pick<Journey, 'client' | 'assessment' | 'consent'> & { account: Account; plan: ConsentPlan },
  answer: ConsentAnswer,
): Promise<ConsentDocument> {
  const { account, client, plan, assessment } = journey;
  const asked = plan.asked.map(({ name }) => name);
  const granted = asked.filter((name) => answer.granted.includes(name));
  const now = answer.at ?? parts.clock.now();
  const receipt: ConsentReceipt = {
    at: now,
    until: Math.min(now + parts.policy.consentLifeMs, answer.until ?? Number.POSITIVE_INFINITY),
    purpose: plan.purpose.id,
    granted,
    // a phone decides only what it grants; the rest is asked on the page
    refused: answer.method === 'phone' && answer.isWhole !== true ? [] : asked.filter((name) => !granted.includes(name)),
    informed: plan.informed.map(({ name }) => name),
    offlineAccess: plan.offlineAccess && answer.method === 'browser',
    acr: assessment.reached === undefined ? '' : formatAcr(assessment.reached.level),
    language: answer.language,
    method: answer.method,
    text: consentTextVersion,
  };
  return recordConsent(parts, { accountId: account.id, clientId: client.id }, receipt, journey.consent, answer.key);
}
