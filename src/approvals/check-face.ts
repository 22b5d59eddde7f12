import type { Device } from '#src/devices/collections.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { approvals } from './collections.ts';
import { type ApprovalParts, requireShown, requireUnlocked } from './parts.ts';
import { approvalPolicy } from './policy.ts';

/**
 * Lets the register's matcher look at the person for one approval. What it saw counts for this approval and this phone alone.
 * @param capture JPEG or PNG bytes; they are passed on and kept nowhere
 * @throws {DomainError} `approval_not_found`, `already_decided`, `approval_expired`, `account_locked`, `face_not_matched`, `face_unavailable`,
 * `rate_limited` after a few tries
 */
export async function checkFace(parts: ApprovalParts, device: Device, id: string, capture: Buffer): Promise<void> {
  const { store, clock, matcher } = parts;
  const approval = await requireShown(parts, device, id);
  if (approval.state !== 'seen') throw new DomainError('already_decided');
  if (clock.now() >= approval.decideBefore) throw new DomainError('approval_expired');
  const account = await requireUnlocked(parts, device.accountId);
  const tries = approval.faceTries ?? 0;
  if (tries >= approvalPolicy.faceTries)
    throw new DomainError('rate_limited', { retryAfterSeconds: Math.ceil((approval.decideBefore - clock.now()) / 1000) });
  // counted before the answer: asking many at once gives no more tries
  const isCounted = await store.amend(
    approvals,
    approval.id,
    { state: 'seen', faceTries: approval.faceTries },
    { set: { faceTries: tries + 1 } },
  );
  if (!isCounted) return checkFace(parts, device, id, capture);
  const match = await matcher.match(account.person().idNumber, capture);
  if (match === 'unavailable') {
    // nobody looked: the try is given back, one for each that was counted
    await store.amend(approvals, approval.id, { state: 'seen' }, { increment: { faceTries: -1 } });
    throw new DomainError('face_unavailable', { retryAfterSeconds: 10 });
  }
  if (match === 'not-matched') throw new DomainError('face_not_matched');
  const seen = { faceMatchedAt: clock.now(), faceMatchedBy: device.id };
  if (!(await store.amend(approvals, approval.id, { state: 'seen' }, { set: seen }))) throw new DomainError('already_decided');
}
