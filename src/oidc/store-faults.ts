import type { EventEmitter } from 'node:events';
import { StoreUnavailable } from '#src/kernel/store.ts';

const faulty = new WeakSet<object>();

/** Whether the store did not answer, also where somebody on the way wrapped what it threw. */
export function isStoreFault(thrown: unknown): boolean {
  for (let fault = thrown, depth = 0; fault instanceof Error && depth < 5; fault = fault.cause, depth += 1)
    if (fault instanceof StoreUnavailable) return true;
  return false;
}

/** The library answers whatever it does not know as a 500 of its own; a store that does not answer is noted, to be answered as what it is. */
export function noteStoreFaults(provider: EventEmitter): void {
  provider.on('server_error', (ctx: object, thrown: unknown) => {
    if (isStoreFault(thrown)) faulty.add(ctx);
  });
}

/** Whether the library met a store that did not answer in this request. */
export const metStoreFault = (ctx: object): boolean => faulty.has(ctx);
