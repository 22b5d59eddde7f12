import { recordAccountEvent } from '#src/accounts/account-events.ts';
import type { Device } from '#src/devices/collections.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { Change } from '#src/kernel/store.ts';
import { type ApprovalDocument, approvals } from './collections.ts';
import { type DecisionClaims, verifyDecision } from './decision.ts';
import { type ApprovalParts, requireOwn, requireUnlocked } from './parts.ts';
import { approvalPolicy } from './policy.ts';
import { methodsOf, reachesAcr } from './proven-methods.ts';
import { shownOf } from './shown-approval.ts';

/** Moves a seen approval on; of two decisions the first wins. */
async function settle(
  { store, signals, clock }: ApprovalParts,
  approval: ApprovalDocument,
  outcome: Change<ApprovalDocument>['set'] & { state: 'approved' | 'denied' },
): Promise<void> {
  const settled = await store.patch(
    approvals,
    approval.id,
    { state: 'seen' },
    { set: { ...outcome, expiresAt: clock.now() + approvalPolicy.keptMs } },
  );
  if (settled.outcome !== 'patched') throw new DomainError('already_decided');
  await signals.send(settled.document.process, 'approval', {
    interaction: approval.interaction,
    approval: approval.id,
    state: outcome.state,
  });
}

async function deny(
  parts: ApprovalParts,
  approval: ApprovalDocument,
  deniedBy: 'person' | 'wrong-number' | 'not-me',
  decision: string,
): Promise<void> {
  await settle(parts, approval, { state: 'denied', deniedBy, decision, decidedAt: parts.clock.now() } as never);
}

async function approve(
  parts: ApprovalParts,
  device: Device,
  approval: ApprovalDocument,
  claims: DecisionClaims,
  decision: string,
): Promise<void> {
  const account = await requireUnlocked(parts, device.accountId);
  const offered = shownOf(approval.payload).claims.map(({ name }) => name);
  const granted = [...new Set(claims.granted ?? [])];
  if (granted.some((name) => !offered.includes(name))) throw new DomainError('granted_invalid');
  const proven = { at: epochSeconds(parts.clock), under: account.validFrom };
  const methods = methodsOf(device, claims.user_verification, proven, parts.allowSimulated);
  if (!reachesAcr(approval.acr, methods, account.identityLevel, epochSeconds(parts.clock))) throw new DomainError('level_too_low');
  if (approval.number !== undefined && claims.number === undefined) throw new DomainError('number_missing');
  if (approval.number !== undefined && claims.number !== approval.number) {
    await deny(parts, approval, 'wrong-number', decision);
    throw new DomainError('number_wrong');
  }
  await settle(parts, approval, { state: 'approved', methods, granted, decision, decidedAt: parts.clock.now() } as never);
}

/**
 * Takes a signed decision. A refused one leaves the approval as it was, except a wrong number, which denies it.
 * @throws {DomainError} the codes of `decision.ts`, and `already_decided`, `approval_expired`, `granted_invalid`, `level_too_low`,
 * `number_missing`, `number_wrong`, `account_locked`
 */
export async function decideApproval(parts: ApprovalParts, device: Device, id: string, jws: string): Promise<void> {
  const approval = await requireOwn(parts, device, id);
  if (approval.state !== 'seen') throw new DomainError('already_decided');
  if (parts.clock.now() >= approval.decideBefore) throw new DomainError('approval_expired');
  const claims = await verifyDecision(jws, device, approval, { issuer: parts.issuer, now: epochSeconds(parts.clock) });
  if (claims.decision === 'approve') await approve(parts, device, approval, claims, jws);
  else await deny(parts, approval, claims.decision === 'deny' ? 'person' : 'not-me', jws);
  // somebody tried to sign in as this person: it stands in their history
  if (claims.decision === 'not-me')
    await recordAccountEvent(parts, device.accountId, 'reported', { approval: id, device: device.id });
}
