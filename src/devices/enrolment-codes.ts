import { createHmac } from 'node:crypto';
import { accounts } from '#src/accounts/collections.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId, DeviceId } from '#src/kernel/identifier.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import { type Store, type Write, write } from '#src/kernel/store.ts';
import { type EnrolmentCodeDocument, enrolmentCodes } from './collections.ts';
import { devicePolicy } from './policy.ts';

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** As typed → as kept: upper case, no dash, the letters that Crockford's base32 reads as digits. */
export const normaliseCode = (typed: string): string =>
  typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1').slice(0, 32);

export interface IssuedCode {
  /** `XXXXX-XXXXX`. */
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface EnrolmentCodes {
  /** A code that dies with whatever ends everything of the account, and with the device that vouched. @throws {DomainError} `account_not_found` */
  issue(
    accountId: AccountId,
    options: { readonly vouched: boolean; readonly vouchedBy?: DeviceId; readonly lifeSeconds?: number },
  ): Promise<IssuedCode>;
  /** Looks at a live code without using it; a used one names the device that it let in. */
  peek(code: string): Promise<EnrolmentCodeDocument | undefined>;
  /** Counts an enrolment that failed with a right code: it is not tried without end. */
  countTry(code: string): Promise<void>;
  /** Uses a code up, as part of a commit: of two enrolments with one code one wins. */
  taking(code: string, device: DeviceId): Write;
}

/** One-time codes that let a new device in. Kept as keyed digests. */
export function createEnrolmentCodes({
  store,
  sealing,
  clock,
  random,
}: {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly random: Random;
}): EnrolmentCodes {
  const key = sealing.deriveKey('enrolment-codes-v1');
  const idOf = (code: string): string => createHmac('sha256', key).update(normaliseCode(code)).digest('base64url');

  return {
    async issue(accountId, { vouched, vouchedBy, lifeSeconds = devicePolicy.codeLifeSeconds }) {
      const account = await store.get(accounts, accountId);
      if (account === undefined) throw new DomainError('account_not_found');
      const text = Array.from({ length: 10 }, () => crockford[random.below(32)]).join('');
      const expiresAt = clock.now() + lifeSeconds * 1000;
      const issued = { id: idOf(text), accountId, vouched, under: account.validFrom, expiresAt };
      await store.upsert(enrolmentCodes, vouchedBy === undefined ? issued : { ...issued, vouchedBy });
      return { code: `${text.slice(0, 5)}-${text.slice(5)}`, expiresAt };
    },
    async peek(code) {
      const found = await store.get(enrolmentCodes, idOf(code));
      return (found?.tries ?? 0) >= devicePolicy.triesOfCode ? undefined : found;
    },
    async countTry(code) {
      await store.patch(enrolmentCodes, idOf(code), {}, { increment: { tries: 1 } });
    },
    taking: (code, device) => write.patch(enrolmentCodes, idOf(code), { usedBy: undefined }, { set: { usedBy: device } }),
  };
}
