import type { AccountDirectory } from '#src/accounts/ports.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';
import type { PasskeyDocument } from './collections.ts';

export interface PasskeyParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealing: Sealing;
  readonly accounts: AccountDirectory;
  /** Its host is the relying party's id, its origin the only one that ceremonies may have run on. */
  readonly issuer: string;
}

/** Whether its owner may still find that it is not theirs. `now` in milliseconds since the epoch. */
export const isPasskeyWaiting = ({ waitingUntil = 0 }: Pick<PasskeyDocument, 'waitingUntil'>, now: number): boolean =>
  now < waitingUntil;

/** @see Web Authentication Level 3, 4 (relying party identifier) */
export const relyingPartyId = ({ issuer }: Pick<PasskeyParts, 'issuer'>): string => new URL(issuer).hostname;
export const expectedOrigin = ({ issuer }: Pick<PasskeyParts, 'issuer'>): string => new URL(issuer).origin;
