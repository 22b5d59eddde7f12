import { approvals, type FrozenApproval } from '#src/approvals/collections.ts';
import { keptRequest } from '#src/approvals/service-approval.ts';
import { isEnded } from '#src/assurance/token-check.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { answerConsent } from '#src/sign-in/answer-consent.ts';
import type { AuthorizationParams } from '#src/sign-in/authorization-request.ts';
import { type TokenSays, tokenSays } from '#src/sign-in/token-says.ts';
import { approvalIdOfRequest } from './ask-person.ts';
import { dataRequestOf } from './authorization-details.ts';
import type { BackchannelParts, BackchannelRequest } from './ports.ts';
import { viewRequest } from './view-request.ts';

/** Where a service's own request stands. */
export type Outcome =
  | { readonly state: 'waiting' }
  | { readonly state: 'denied' }
  | {
      readonly state: 'approved';
      readonly accountId: AccountId;
      readonly request: BackchannelRequest;
      readonly approval: FrozenApproval;
      readonly purpose: string;
      /** The account's `validFrom` that it was approved under. */
      readonly under: number;
      readonly granted: readonly string[];
      readonly says: TokenSays;
    };

type Approved = Extract<FrozenApproval, { readonly state: 'approved' | 'used' }>;

/** The end that a data request gave itself, in milliseconds since the epoch. */
function untilOf(params: AuthorizationParams): number | undefined {
  const until = dataRequestOf(params)?.until;
  return until === undefined ? undefined : Date.parse(until);
}

/** What a yes means now: the account is assessed again, and what was granted stands in the consent ledger, once however often this runs. */
async function approvedOutcome(parts: BackchannelParts, approval: Approved): Promise<Outcome> {
  const { accountId, request: kept } = keptRequest(parts.sealing, approval);
  const request = kept as BackchannelRequest;
  const { methods, granted, decidedAt } = approval;
  const viewed = await viewRequest(parts, accountId, request, { methods, at: Math.floor(decidedAt / 1000) });
  const says = viewed?.assessment.isEnough === true ? tokenSays(viewed.assessment) : undefined;
  if (viewed === undefined || says === undefined || methods.some((method) => isEnded(viewed.account, method)))
    return { state: 'denied' };
  const { plan, account } = viewed;
  if (request.kind !== 'transaction')
    await answerConsent(
      parts,
      { ...viewed, consent: viewed.consent },
      { granted, language: 'vi', method: 'phone', isWhole: true, at: decidedAt, until: untilOf(request.params), key: approval.id },
    );
  return { state: 'approved', accountId, request, approval, purpose: plan.purpose.id, under: account.validFrom, granted, says };
}

/** How a request was answered, by its `auth_req_id`. */
export async function outcomeOf(parts: BackchannelParts, authReqId: string): Promise<Outcome> {
  const approval = await parts.store.get(approvals, approvalIdOfRequest(authReqId));
  if (approval?.state === 'denied') return { state: 'denied' };
  if (approval?.state !== 'approved') return { state: 'waiting' };
  return approvedOutcome(parts, approval);
}
