import type { Account } from '#src/accounts/account.ts';
import type { AccountDirectory } from '#src/accounts/ports.ts';
import type { FaceMatcher } from '#src/biometrics/ports.ts';
import type { Device } from '#src/devices/collections.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Signals } from '#src/kernel/signals.ts';
import type { Store } from '#src/kernel/store.ts';
import { type ApprovalDocument, approvals, type FrozenApproval } from './collections.ts';
import type { ServiceRequests, SignInRequests } from './ports.ts';
import { openPayload } from './sealed-payload.ts';

/** What approvals are made of. */
export interface ApprovalParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly signals: Signals;
  readonly sealing: Sealing;
  readonly accounts: AccountDirectory;
  readonly requests: SignInRequests;
  readonly serviceRequests: ServiceRequests;
  readonly matcher: FaceMatcher;
  /** A time-stamp authority is configured. */
  readonly areStamped: boolean;
  readonly issuer: string;
  /** Development and tests only: what the virtual phone says of biometrics counts. */
  readonly allowSimulated: boolean;
}

/** The account behind a device. @throws {DomainError} `account_locked` */
export async function requireUnlocked({ accounts }: ApprovalParts, accountId: AccountId): Promise<Account> {
  const account = await accounts.get(accountId);
  if (account === undefined || account.lock !== undefined) throw new DomainError('account_locked');
  return account;
}

/** One that this device scanned, or that a service asked of its account. */
const isFor = ({ startedBy, accountId, deviceId }: ApprovalDocument, device: Device): boolean =>
  startedBy === 'service' ? accountId === device.accountId : deviceId === device.id;

/** An approval that this device may open, as it is stored. @throws {DomainError} `approval_not_found`, also for another person's */
export async function requireOwn({ store }: ApprovalParts, device: Device, id: string): Promise<ApprovalDocument> {
  const approval = await store.get(approvals, id);
  if (approval === undefined || !isFor(approval, device)) throw new DomainError('approval_not_found');
  return approval;
}

/** One that a person has been shown, its payload opened. @throws {DomainError} `approval_not_found` */
export async function requireShown(parts: ApprovalParts, device: Device, id: string): Promise<FrozenApproval> {
  const approval = await requireOwn(parts, device, id);
  if (approval.state === 'pending') throw new DomainError('approval_not_found');
  return { ...approval, payload: openPayload(parts.sealing, approval) };
}
