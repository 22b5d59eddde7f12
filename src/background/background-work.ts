import type { Logger } from 'pino';
import type { Leases } from './leases.ts';

/** One kind of work. */
export interface Work {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
}

/**
 * Does each work at its interval while this process holds its lease. A fault is logged and the work comes again; it never ends the process.
 * @returns the function that stops, waits for what runs, and lets others take over
 */
export function startBackgroundWork(works: readonly Work[], leases: Leases, logger: Logger): () => Promise<void> {
  const running = new Set<Promise<void>>();

  async function turn({ name, everyMs, run }: Work): Promise<void> {
    try {
      if (await leases.hold(name, everyMs * 3)) await run();
    } catch (err) {
      logger.warn({ err, work: name }, 'background work failed');
    }
  }

  const timers = works.map((work) => {
    const timer = setInterval(() => {
      const turned = turn(work).finally(() => running.delete(turned));
      running.add(turned);
    }, work.everyMs);
    return timer.unref();
  });

  return async () => {
    for (const timer of timers) clearInterval(timer);
    await Promise.all(running);
    await Promise.allSettled(works.map(({ name }) => leases.release(name)));
  };
}
