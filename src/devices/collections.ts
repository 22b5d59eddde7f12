import type { JWK } from 'jose';
import type { AccountId, DeviceId } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';

export type Platform = 'cli' | 'web' | 'android' | 'ios';

/** What was learnt at enrolment about how a device keeps its keys. `simulated` is the virtual phone's. */
export interface Attestation {
  readonly class: 'none' | 'simulated';
}

export interface Device {
  readonly id: DeviceId;
  readonly accountId: AccountId;
  readonly name: string;
  readonly platform: Platform;
  readonly attestation: Attestation;
  /** Possession: signs a proof on every call. */
  readonly deviceKey: JWK;
  /** Intent: used only after user verification. */
  readonly approvalKey: JWK;
  readonly enrolledAt: number;
  /** Kept to the hour. */
  readonly lastUsedAt?: number | undefined;
  /** Until then it reaches authentication level 2 at most; absent for a vouched enrolment. */
  readonly waitingUntil?: number | undefined;
  /** The device that vouched for it, and that it goes with while that one waits; absent where another did, and in what a version before enrolled. */
  readonly vouchedBy?: DeviceId | undefined;
  readonly revokedAt?: number | undefined;
}

/** At most three active devices, told apart by slot: the list is one document, so that four enrolments at once make three. */
export interface DeviceListDocument {
  readonly id: AccountId;
  readonly version: number;
  readonly active: readonly DeviceId[];
}

/** An enrolment code by its digest. */
export interface EnrolmentCodeDocument {
  readonly id: string;
  readonly accountId: AccountId;
  /** By activation, a desk, an operator or another device; the account page's is not. */
  readonly vouched: boolean;
  /** The device that asked for it: the code goes with it. */
  readonly vouchedBy?: DeviceId | undefined;
  /** The account's `validFrom` when it was issued; absent in what a version before issued. */
  readonly under?: number | undefined;
  /** The device that it let in. */
  readonly usedBy?: DeviceId | undefined;
  /** Enrolments with this code that were refused for something else. */
  readonly tries?: number | undefined;
  readonly expiresAt: number;
}

export const devices = collection<Device>()({ name: 'devices', lifetime: 'kept', durability: 'flushed' });
export const deviceLists = collection<DeviceListDocument>()({ name: 'device_lists', lifetime: 'kept', durability: 'flushed' });
export const enrolmentCodes = collection<EnrolmentCodeDocument>()({
  name: 'enrolment_codes',
  lifetime: 'expires',
  durability: 'flushed',
  restored: 'when-asked',
});
