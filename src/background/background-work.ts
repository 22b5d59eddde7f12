import type { Logger } from 'pino';
import type { Leases } from './leases.ts';

/** One kind of work. */
export interface Work {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
  /** Waits for what `run` began and left going. */
  readonly ended?: () => Promise<unknown>;
}

/**
 * Does each work at its interval while this process holds its lease, which is renewed while the work goes on: work that takes longer than its
 * interval or its lease is never begun a second time. A fault is logged and the work comes again; it never ends the process.
 * @returns the function that stops, waits for what runs, and lets others take over
 */
export function startBackgroundWork(works: readonly Work[], leases: Leases, logger: Logger): () => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const turns = new Set<Promise<void>>();
  let isStopping = false;

  function warn(work: string, err: unknown): void {
    logger.warn({ err, work }, 'background work failed');
  }

  function begin({ name, run }: Work): void {
    const ended = Promise.resolve()
      .then(run)
      .then(
        () => undefined,
        (err: unknown) => warn(name, err),
      )
      .finally(() => running.delete(name));
    running.set(name, ended);
  }

  async function turn(work: Work): Promise<void> {
    const { name, everyMs } = work;
    if (isStopping && !running.has(name)) return;
    try {
      const isOurs = await leases.hold(name, everyMs * 3);
      if (isOurs && !isStopping && !running.has(name)) begin(work);
    } catch (err) {
      warn(name, err);
    }
  }

  const timers = works.map((work) =>
    setInterval(() => {
      const turned = turn(work).finally(() => turns.delete(turned));
      turns.add(turned);
    }, work.everyMs).unref(),
  );

  return async () => {
    isStopping = true;
    await Promise.all(running.values());
    await Promise.allSettled(works.map(({ ended }) => ended?.()));
    for (const timer of timers) clearInterval(timer);
    await Promise.all(turns);
    await Promise.allSettled(works.map(({ name }) => leases.release(name)));
  };
}
