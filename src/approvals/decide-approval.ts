import { recordAccountEvent } from '#src/accounts/account-events.ts';
import type { Device } from '#src/devices/collections.ts';
import { isWaiting } from '#src/devices/waiting.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { type Change, CommitConflict, type Write, write } from '#src/kernel/store.ts';
import { type ApprovalDocument, approvals, type FrozenApproval } from './collections.ts';
import { type DecisionClaims, verifyDecision } from './decision.ts';
import { type ApprovalParts, requireShown, requireUnlocked } from './parts.ts';
import { approvalPolicy } from './policy.ts';
import { faceSeenBy, matchedFace, methodsOf, reachesAcr } from './proven-methods.ts';
import { keptRequest } from './service-approval.ts';
import { shownOf } from './shown-approval.ts';
import { answeredEvent, evidenceOf, queuedTimeStamp } from './signed-decision.ts';

const mostTries = 5;

type Outcome = Change<ApprovalDocument>['set'] & { readonly state: 'approved' | 'denied'; readonly decision: string };

/** Moves a seen approval on; of two decisions the first wins. */
async function settle(parts: ApprovalParts, approval: FrozenApproval, outcome: Outcome): Promise<void> {
  const { store, signals, clock } = parts;
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

const answerOf = (outcome: Outcome): string =>
  outcome.state === 'denied' && 'deniedBy' in outcome ? String(outcome.deniedBy) : 'approve';

/** The same for a service's own request: decision, evidence and what the request is bound to (a day's sum) in one commit. */
async function settleRequest(
  parts: ApprovalParts,
  device: Device,
  approval: FrozenApproval,
  outcome: Outcome,
  bound: readonly Write[],
): Promise<void> {
  const { store, clock, serviceRequests, sealing } = parts;
  const expiresAt = clock.now() + approvalPolicy.keptMs;
  try {
    await store.commit([
      write.patch(
        approvals,
        approval.id,
        { state: 'seen', faceMatchedAt: approval.faceMatchedAt },
        { set: { ...outcome, deviceId: device.id, expiresAt }, unset: ['waitsFor'] },
      ),
      evidenceOf(parts, device, approval, outcome.decision),
      answeredEvent(parts, device, approval, answerOf(outcome)),
      ...(parts.areStamped ? [queuedTimeStamp(parts, approval)] : []),
      ...serviceRequests.told(keptRequest(sealing, approval)),
      ...bound,
    ]);
  } catch (conflict) {
    if (!(conflict instanceof CommitConflict)) throw conflict;
    // what it is bound to has moved meanwhile (another payment of the day): the person may sign again
    throw new DomainError(conflict.collection === approvals.name ? 'already_decided' : 'approval_raced');
  }
}

async function deny(
  parts: ApprovalParts,
  device: Device,
  approval: FrozenApproval,
  deniedBy: 'person' | 'wrong-number' | 'not-me',
  decision: string,
): Promise<void> {
  const outcome = { state: 'denied', deniedBy, decision, decidedAt: parts.clock.now() } as Outcome;
  await (approval.startedBy === 'service' ? settleRequest(parts, device, approval, outcome, []) : settle(parts, approval, outcome));
}

/** What of the offered claims is granted. @throws {DomainError} `granted_invalid` */
function grantedOf(approval: FrozenApproval, claims: DecisionClaims): string[] {
  const offered = shownOf(approval.payload).claims.map(({ name }) => name);
  const granted = [...new Set(claims.granted ?? [])];
  if (granted.some((name) => !offered.includes(name))) throw new DomainError('granted_invalid');
  return granted;
}

async function approve(
  parts: ApprovalParts,
  device: Device,
  approval: FrozenApproval,
  claims: DecisionClaims,
  decision: string,
): Promise<void> {
  const account = await requireUnlocked(parts, device.accountId);
  const granted = grantedOf(approval, claims);
  const now = epochSeconds(parts.clock);
  const isAcross = approval.browserTrusted !== true;
  const isUnvouched = isWaiting(device, now * 1000);
  // money that went is gone, whoever removes the phone afterwards
  if (isUnvouched && approval.kind === 'transaction') throw new DomainError('device_waiting');
  const proven = {
    at: now,
    under: account.validFrom,
    ...(isAcross ? ({ across: true } as const) : {}),
    ...(isUnvouched ? ({ unvouched: true } as const) : {}),
  };
  const shown = shownOf(approval.payload);
  const { language } = claims;
  const faceMatchedAt = faceSeenBy(device, approval);
  if (shown.face_required && faceMatchedAt === undefined) throw new DomainError('face_missing');
  const methods = [
    ...methodsOf(device, claims.user_verification, proven, parts.allowSimulated),
    ...(isUnvouched ? [] : matchedFace(faceMatchedAt, proven)),
  ];
  if (approval.startedBy === 'service') {
    const yes = { shown, account, deviceId: device.id, granted, methods, decision, faceMatchedAt, language };
    const { writes, note } = await parts.serviceRequests.permit(keptRequest(parts.sealing, approval), yes);
    if (!reachesAcr(approval.acr, methods, account.identityLevel, now)) throw new DomainError('level_too_low');
    const outcome = { state: 'approved', methods, granted, decision, decidedAt: parts.clock.now(), note } as Outcome;
    return settleRequest(parts, device, approval, outcome, writes);
  }
  if (!reachesAcr(approval.acr, methods, account.identityLevel, now)) throw new DomainError('level_too_low');
  if (approval.number !== undefined && claims.number === undefined) throw new DomainError('number_missing');
  if (approval.number !== undefined && claims.number !== approval.number) {
    await deny(parts, device, approval, 'wrong-number', decision);
    throw new DomainError('number_wrong');
  }
  const said = { ...(language === undefined ? {} : { language }) };
  await settle(parts, approval, {
    state: 'approved',
    methods,
    granted,
    decision,
    decidedAt: parts.clock.now(),
    ...said,
  } as Outcome);
}

/**
 * Takes a signed decision. A refused one leaves the approval as it was, except a wrong number, which denies it.
 * @throws {DomainError} the codes of `decision.ts`, and `already_decided`, `approval_expired`, `granted_invalid`, `level_too_low`,
 * `number_missing`, `number_wrong`, `account_locked`, `device_waiting`, `face_missing`, `approval_raced`
 */
export async function decideApproval(parts: ApprovalParts, device: Device, id: string, jws: string): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await decideOnce(parts, device, id, jws);
    } catch (refusal) {
      // another decision was counted in the same moment: looked at anew, the same signature may still do
      const isRaced = refusal instanceof DomainError && refusal.code === 'approval_raced';
      if (!isRaced || tried === mostTries) throw refusal;
    }
  }
}

async function decideOnce(parts: ApprovalParts, device: Device, id: string, jws: string): Promise<void> {
  const approval = await requireShown(parts, device, id);
  if (approval.state !== 'seen') throw new DomainError('already_decided');
  if (parts.clock.now() >= approval.decideBefore) throw new DomainError('approval_expired');
  const claims = await verifyDecision(jws, device, approval, { issuer: parts.issuer, now: epochSeconds(parts.clock) });
  if (claims.decision === 'approve') await approve(parts, device, approval, claims, jws);
  else await deny(parts, device, approval, claims.decision === 'deny' ? 'person' : 'not-me', jws);
  // somebody tried to sign in as this person: it stands in their history
  if (claims.decision === 'not-me')
    await recordAccountEvent(parts, device.accountId, 'reported', { approval: id, device: device.id });
}
