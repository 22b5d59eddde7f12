import { setTimeout as pause } from 'node:timers/promises';
import type { Leases } from '#src/background/leases.ts';
import { DomainError } from '#src/kernel/domain-error.ts';

const work = 'people-import';
const leaseMs = 8000;
const renewEveryMs = 2000;

/**
 * Does something while no other import runs. After one that was cut off the next waits until its lease is over.
 * @param during is told whether it is still alone; a store that did not answer for long may have given the lease away
 * @throws {DomainError} `import_running`
 */
export async function alone<Result>(leases: Leases, during: (isAlone: () => boolean) => Promise<Result>): Promise<Result> {
  const giveUpAt = performance.now() + leaseMs + 5000;
  while (!(await leases.hold(work, leaseMs))) {
    if (performance.now() > giveUpAt) throw new DomainError('import_running');
    await pause(500);
  }
  let heldUntil = performance.now() + leaseMs;
  const timer = setInterval(() => {
    const asked = performance.now();
    leases.hold(work, leaseMs).then(
      (isOurs) => {
        heldUntil = isOurs ? asked + leaseMs : 0;
      },
      () => undefined,
    );
  }, renewEveryMs);
  try {
    return await during(() => performance.now() < heldUntil);
  } finally {
    clearInterval(timer);
    await leases.release(work).catch(() => undefined);
  }
}
