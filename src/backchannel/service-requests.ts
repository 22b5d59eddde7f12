import type { KeptServiceRequest, OfferedClaim, ServiceRequests, Shown, Yes } from '#src/approvals/ports.ts';
import { formatAcr, join, type Level } from '#src/assurance/level.ts';
import { consentWrite } from '#src/consent/record-consent.ts';
import { shownWords } from '#src/consent/shown-words.ts';
import { endingsOf } from '#src/consent/standing.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { Write } from '#src/kernel/store.ts';
import { readDaySum } from '#src/payments/day-sums.ts';
import { isFaceNeeded } from '#src/payments/face-needed.ts';
import { consentEntry } from '#src/sign-in/answer-consent.ts';
import { textParam } from '#src/sign-in/authorization-request.ts';
import { offeredClaims } from '#src/sign-in/offered-claims.ts';
import { dataRequestOf, transactionOf, untilOf } from './authorization-details.ts';
import { queuedPing } from './ping.ts';
import type { ApprovedNote, BackchannelParts, BackchannelRequest } from './ports.ts';
import { type ViewedRequest, viewRequest } from './view-request.ts';

const requestOf = ({ request }: KeptServiceRequest): BackchannelRequest => request as BackchannelRequest;

/** A payment is never approved by one factor alone, and by the face where policy says so. */
const paymentLevel = (faceNeeded: boolean): Level => ({ identity: 2, authentication: faceNeeded ? 3 : 2 });

interface Payment {
  readonly amount: number;
  readonly faceNeeded: boolean;
  readonly day: Awaited<ReturnType<typeof readDaySum>>;
}

async function paymentOf(parts: BackchannelParts, kept: KeptServiceRequest): Promise<Payment | undefined> {
  const { clientId, params } = requestOf(kept);
  const amount = transactionOf(params)?.amount.value;
  if (amount === undefined) return undefined;
  const day = await readDaySum(parts.store, kept.accountId, clientId, parts.clock.now());
  return { amount, day, faceNeeded: isFaceNeeded(parts.paymentPolicy, amount, day.approved) };
}

/**
 * A yes counts for what stood on the phone alone: not for words, a purpose or a law that the service has registered since, nor for
 * claims that the person has decided on elsewhere in between.
 */
async function requireAsShown(
  parts: BackchannelParts,
  { client, account, plan }: ViewedRequest,
  kept: KeptServiceRequest,
  { shown }: Yes,
): Promise<void> {
  const purpose = dataRequestOf(requestOf(kept).params)?.purpose ?? plan.purpose.id;
  const what = ({ name, purpose, legal_basis: law }: Pick<OfferedClaim, 'name' | 'purpose' | 'legal_basis'>) => [
    [name, purpose.vi, purpose.en],
    law && [law.vi, law.en],
  ];
  const digest = (service: Shown['client'], claims: Shown['claims']): string =>
    JSON.stringify([service.name.vi, service.name.en, service.domain, claims.map(what)]);
  const now = digest(client, await offeredClaims(parts, client, plan, account));
  if (purpose !== plan.purpose.id || digest(shown.client, shown.claims) !== now) throw new DomainError('approval_outdated');
}

/** The level this request aims at; undefined when it is out of this account's reach. */
function aimOf({ assessment: { requirement }, account }: ViewedRequest, payment: Payment | undefined): Level | undefined {
  if (requirement.outcome !== 'reachable') return undefined;
  if (payment === undefined) return requirement.required;
  const aim = join(requirement.required, paymentLevel(payment.faceNeeded));
  return account.identityLevel >= aim.identity ? aim : undefined;
}

/** Tells approvals about the requests that services make by themselves. */
export function createServiceRequests(parts: BackchannelParts): ServiceRequests {
  /** What was granted stands in the ledger with the decision itself: a withdrawal from then on covers it. */
  function consentOf(kept: KeptServiceRequest, viewed: ViewedRequest, { granted, deviceId, decision, language }: Yes): Write {
    const { client, account, plan, consent } = viewed;
    const { params } = requestOf(kept);
    const entry = consentEntry(parts, viewed, {
      granted,
      // a phone of a version before does not say; Vietnamese is what it speaks first
      language: language ?? 'vi',
      method: 'phone',
      isWhole: true,
      words: shownWords(client, plan, []),
      decision: { deviceId, approvalId: kept.id, jws: decision },
      until: untilOf(params),
    });
    return consentWrite(parts.random, { accountId: account.id, clientId: client.id }, entry, consent);
  }

  return {
    told(kept) {
      const { ping, clientId } = requestOf(kept);
      return ping === undefined ? [] : [queuedPing(parts, clientId, ping)];
    },
    async shownTo(kept) {
      const request = requestOf(kept);
      const viewed = await viewRequest(parts, kept.accountId, request);
      if (viewed === undefined) return undefined;
      const payment = await paymentOf(parts, kept);
      const aim = aimOf(viewed, payment);
      if (aim === undefined) return undefined;
      const { client, account, plan } = viewed;
      const transaction = transactionOf(request.params);
      // a payment is approved by itself: nothing of the person is told with it
      const claims: OfferedClaim[] = transaction === undefined ? await offeredClaims(parts, client, plan, account) : [];
      return {
        clientId: client.id,
        client: { name: client.name, domain: client.domain },
        requestedAt: request.requestedAt,
        acr: formatAcr(aim),
        claims,
        transaction: transaction ?? null,
        until: untilOf(request.params),
        bindingMessage: textParam(request.params, 'binding_message') ?? null,
        faceRequired: payment?.faceNeeded ?? false,
      };
    },
    async permit(kept, yes) {
      const request = requestOf(kept);
      const viewed = await viewRequest(parts, kept.accountId, request, { methods: yes.methods, at: epochSeconds(parts.clock) });
      // the service may have been stopped since
      if (viewed === undefined) throw new DomainError('approval_not_found');
      const payment = await paymentOf(parts, kept);
      if (payment?.faceNeeded === true && yes.faceMatchedAt === undefined) throw new DomainError('face_missing');
      if (payment === undefined) await requireAsShown(parts, viewed, kept, yes);
      const { plan, consent } = viewed;
      const purpose = plan.purpose.id;
      const note: ApprovedNote = { purpose, endings: endingsOf(consent, purpose) };
      const writes = payment === undefined ? [consentOf(kept, viewed, yes)] : [payment.day.add(payment.amount)];
      return { writes, note: { ...note } };
    },
  };
}
