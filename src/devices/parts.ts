import type { AccountDirectory } from '#src/accounts/ports.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Store } from '#src/kernel/store.ts';
import type { EnrolmentCodes } from './enrolment-codes.ts';

export interface DeviceParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly accounts: AccountDirectory;
  readonly enrolmentCodes: EnrolmentCodes;
  readonly issuer: string;
  /** Development and tests only: the virtual phone is taken. */
  readonly allowSimulated: boolean;
  /** How long a device that nobody vouched for reaches authentication level 2 at most. */
  readonly unvouchedWaitMs: number;
}
