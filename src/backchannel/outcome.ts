import { approvals, type FrozenApproval } from '#src/approvals/collections.ts';
import { keptRequest } from '#src/approvals/service-approval.ts';
import { parseAcr } from '#src/assurance/level.ts';
import { isEnded } from '#src/assurance/token-check.ts';
import { devices } from '#src/devices/collections.ts';
import type { AccountId, DeviceId } from '#src/kernel/identifier.ts';
import type { TokenSays } from '#src/sign-in/assess.ts';
import { tokenSays } from '#src/sign-in/token-says.ts';
import { approvalIdOfRequest } from './ask-person.ts';
import type { ApprovedNote, BackchannelParts, BackchannelRequest } from './ports.ts';
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
      /** How often everything of that purpose had been taken back. */
      readonly endings: number;
      /** What leaves with a yes: claims that were granted, and those that a public service reads by law. */
      readonly granted: readonly string[];
      readonly says: TokenSays;
    };

type Approved = Extract<FrozenApproval, { readonly state: 'approved' | 'used' }>;

/** What a yes means now: the account is assessed again. What was granted stands in the ledger since the decision. */
async function approvedOutcome(parts: BackchannelParts, approval: Approved): Promise<Outcome> {
  const { accountId, request: kept } = keptRequest(parts.sealing, approval);
  const request = kept as BackchannelRequest;
  const { methods, granted, decidedAt, note } = approval;
  const decided = { methods, at: Math.floor(decidedAt / 1000), level: parseAcr(approval.acr) };
  const [viewed, device] = await Promise.all([
    viewRequest(parts, accountId, request, decided),
    parts.store.get(devices, approval.deviceId ?? ('' as DeviceId)),
  ]);
  // a stolen phone that its owner removes in time has said nothing
  if (device === undefined || device.revokedAt !== undefined) return { state: 'denied' };
  const says = viewed?.assessment.isEnough === true ? tokenSays(viewed.assessment) : undefined;
  if (viewed === undefined || says === undefined || methods.some((method) => isEnded(viewed.account, method)))
    return { state: 'denied' };
  const { purpose, endings } = note as unknown as ApprovedNote;
  const under = viewed.account.validFrom;
  const leaves = [...granted, ...viewed.plan.informed.map(({ name }) => name)];
  return { state: 'approved', accountId, request, approval, purpose, under, endings, granted: leaves, says };
}

/** How a request was answered, by its `auth_req_id`. */
export async function outcomeOf(parts: BackchannelParts, authReqId: string): Promise<Outcome> {
  const approval = await parts.store.get(approvals, approvalIdOfRequest(authReqId));
  if (approval?.state === 'denied') return { state: 'denied' };
  if (approval?.state !== 'approved') return { state: 'waiting' };
  return approvedOutcome(parts, approval);
}
