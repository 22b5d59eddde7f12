import { createHash } from 'node:crypto';
import type { Client } from '#src/clients/client.ts';
import type { ShownWords } from './collections.ts';
import type { ConsentPlan } from './consent-plan.ts';

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('base64url');

/** The registered words behind a plan, and the sentences they stood in. */
export function shownWords(client: Client, { purpose, informed }: ConsentPlan, page: readonly string[]): ShownWords {
  const told = new Set(informed.map(({ name }) => name));
  return {
    service: client.name,
    domain: client.domain,
    purpose: { vi: purpose.vi, en: purpose.en },
    legalBasis: client.policy.legalBasis.filter(({ claim }) => told.has(claim)),
    page,
  };
}

/** What words are kept under, base64url. */
export const wordsKey = ({ service, domain, purpose, legalBasis, page }: ShownWords): string =>
  digest([
    [service.vi, service.en, domain, purpose.vi, purpose.en],
    legalBasis.map(({ claim, text }) => [claim, text.vi, text.en]),
    page,
  ]);

/**
 * Everything a consent page puts before a person, as one digest. The page's form carries it, so that an answer counts only for what was on
 * the screen: not for words, claims or withdrawals that came in between.
 * @param beside what else stood there that receipts don't keep
 */
export const questionDigest = (plan: ConsentPlan, words: ShownWords, beside: readonly (string | undefined)[] = []): string =>
  digest([
    wordsKey(words),
    beside,
    ...[plan.asked, plan.informed, plan.alreadyGranted].map((claims) => claims.map(({ name }) => name)),
  ]);
