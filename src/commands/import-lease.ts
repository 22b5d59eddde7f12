import { setTimeout as pause } from 'node:timers/promises';
import type { Leases } from '#src/background/leases.ts';

const work = 'people-import';
/** Longer than a batch takes; where a store is slower than that, the import stops and can run again. */
const leaseMs = 8000;
const renewEveryMs = 2000;

/**
 * One import at a time. After one that was cut off the next waits until its lease is over.
 * @returns whether it may go on; asked again and again
 */
export async function holdImportLease(leases: Leases): Promise<() => Promise<boolean>> {
  const giveUpAt = performance.now() + leaseMs + 5000;
  let isOurs = await leases.hold(work, leaseMs);
  while (!isOurs && performance.now() < giveUpAt) {
    await pause(500);
    isOurs = await leases.hold(work, leaseMs);
  }
  let renewedAt = performance.now();
  return async () => {
    if (!isOurs || performance.now() - renewedAt < renewEveryMs) return isOurs;
    renewedAt = performance.now();
    isOurs = await leases.hold(work, leaseMs);
    return isOurs;
  };
}

export const releaseImportLease = (leases: Leases): Promise<void> => leases.release(work);
