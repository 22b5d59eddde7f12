import type { AccountId } from '#src/kernel/identifier.ts';
import { type Store, type Write, write } from '#src/kernel/store.ts';
import { dayInVietNam } from '#src/kernel/viet-nam-day.ts';
import { daySums } from './collections.ts';

const hourMs = 3_600_000;

export interface DaySum {
  readonly approved: number;
  /** Counts an amount more; fails where another payment was counted since this sum was read. */
  add(amount: number): Write;
}

/** What a person has approved at a service on the day of this moment. */
export async function readDaySum(store: Store, accountId: AccountId, clientId: string, nowMs: number): Promise<DaySum> {
  const id = `${accountId}.${Buffer.from(clientId).toString('base64url')}.${dayInVietNam(nowMs)}`;
  const found = await store.get(daySums, id);
  return {
    approved: found?.sum ?? 0,
    add: (amount) =>
      found === undefined
        ? write.insert(daySums, { id, sum: amount, expiresAt: nowMs + 72 * hourMs })
        : write.patch(daySums, id, { sum: found.sum }, { set: { sum: found.sum + amount } }),
  };
}
