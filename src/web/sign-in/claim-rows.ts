import type { Person } from '#src/accounts/account.ts';
import type { Client } from '#src/clients/client.ts';
import type { ClaimCatalogue, Reading } from '#src/consent/claim-catalogue.ts';
import type { RequestedClaim } from '#src/consent/claim-request.ts';
import type { ConsentPlan } from '#src/consent/consent-plan.ts';
import type { Language } from '#src/kernel/identifier.ts';
import type { ClaimRow } from '../pages.ts';
import { claimLabel, formatClaimValue } from '../texts/claims.ts';

interface RowContext {
  readonly catalogue: ClaimCatalogue;
  readonly client: Client;
  readonly plan: ConsentPlan;
  readonly person: Person;
  readonly language: Language;
  readonly reading: Reading;
}

/** Claims as rows of a page: what it is called, what it holds, what for and by which law. */
export function claimRows(
  { catalogue, client, plan, person, language, reading }: RowContext,
  claims: readonly RequestedClaim[],
): ClaimRow[] {
  const isTold = (name: string): boolean => plan.informed.some((claim) => claim.name === name);
  return claims.map(({ name, essential, guess }) => ({
    name,
    label: claimLabel(name, language),
    value: formatClaimValue(name, catalogue.get(name)?.read(person, { ...reading, guess }), language),
    purpose: plan.purpose[language],
    essential,
    verified: catalogue.get(name)?.verifies !== undefined,
    legalBasis: isTold(name) ? client.policy.legalBasis.find(({ claim }) => claim === name)?.text[language] : undefined,
  }));
}
