import { StoreUnavailable } from '#src/kernel/store.ts';
import { asUnavailable, mayAskAgain } from './faults.ts';

/** Longer than the driver looks for a primary or a majority, shorter than its waits for a socket and its second try together. */
const longestCallMs = 6000;
/** Nobody asks for this long after a call that waited in vain. */
const restMs = 1000;

/**
 * The calls of one store. None is waited for longer than its time, whatever the driver still tries; what was sent may happen yet, as with
 * every answer that is lost. After a call that waited in vain the next ones fail at once: a request makes several, and must not wait for each.
 */
export class Attempts {
  #restUntil = 0;

  /** Asks again once when the primary has just changed: a read that is sent as a command has no retry of the driver's own. @throws {StoreUnavailable} */
  reading<Result>(ask: () => Promise<Result>): Promise<Result> {
    return this.writing(() => ask().catch((fault: unknown) => (mayAskAgain(fault) ? ask() : Promise.reject(fault))));
  }

  /** A write, with the driver's faults as the port says them. @throws {StoreUnavailable} */
  async writing<Result>(write: () => Promise<Result>): Promise<Result> {
    const began = performance.now();
    if (began < this.#restUntil) throw new StoreUnavailable('the store did not answer a moment ago');
    try {
      return await this.probing(write, longestCallMs);
    } catch (fault) {
      const now = performance.now();
      if (fault instanceof StoreUnavailable && now - began > restMs) this.#restUntil = now + restMs;
      throw fault;
    }
  }

  /** Asks also while others are told to wait, and makes nobody wait: to see that the store is back, and for what may take long. @throws {StoreUnavailable} */
  async probing<Result>(ask: () => Promise<Result>, longestMs: number): Promise<Result> {
    try {
      const answer = await within(longestMs, ask());
      this.#restUntil = 0;
      return answer;
    } catch (fault) {
      throw asUnavailable(fault);
    }
  }
}

async function within<Result>(longestMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreUnavailable('the store does not answer in time')), longestMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
