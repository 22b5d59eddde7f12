import type { Account } from '#src/accounts/account.ts';
import type { OfferedClaim } from '#src/approvals/ports.ts';
import type { Client } from '#src/clients/client.ts';
import type { RequestedClaim } from '#src/consent/claim-request.ts';
import type { ConsentPlan } from '#src/consent/consent-plan.ts';
import { documentsShown } from './journey.ts';
import type { SignInParts } from './ports.ts';

/** What a phone shows of a consent plan: claims to decide on, and those that a public service reads by law, with their values. */
export async function offeredClaims(
  parts: Pick<SignInParts, 'catalogue' | 'clock' | 'valueDigest' | 'documents'>,
  client: Client,
  plan: ConsentPlan,
  account: Account,
): Promise<OfferedClaim[]> {
  const { catalogue, clock, valueDigest } = parts;
  const person = account.person();
  const reading = { now: clock.now(), digest: valueDigest, documents: await documentsShown(parts, account, plan) };
  const offer = ({ name, essential, guess }: RequestedClaim): OfferedClaim => ({
    name,
    value: catalogue.get(name)?.read(person, { ...reading, guess }),
    essential,
    purpose: { vi: plan.purpose.vi, en: plan.purpose.en },
    ...(catalogue.get(name)?.verifies === undefined ? {} : { verified: true }),
  });
  const told = (claim: RequestedClaim): OfferedClaim => {
    const basis = client.policy.legalBasis.find((each) => each.claim === claim.name);
    return { ...offer(claim), ...(basis === undefined ? {} : { legal_basis: basis.text }) };
  };
  return [...plan.asked.map(offer), ...plan.informed.map(told)];
}
