import { cpuMs } from './process-cost.ts';
import type { Peer, Scenario } from './scenarios.ts';

/** What operations cost and took; milliseconds, CPU's for each operation. */
export interface Window {
  readonly serverMs: number;
  readonly storeMs: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface Measured {
  readonly peer: Peer;
  readonly pids: { readonly server: number; readonly store: readonly number[] };
  readonly scenario: Scenario;
  readonly seconds: number;
  readonly concurrency: number;
}

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;

export const percentile = (numbers: readonly number[], share: number): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length * share)] ?? 0;

/** A closed loop of workers for a while, after a warm-up; it ends when what it began has ended, so every operation is paid for. */
export async function measureWindow({ peer, pids, scenario, seconds, concurrency }: Measured): Promise<Window> {
  const workers = await Promise.all(Array.from({ length: concurrency }, () => scenario(peer)));
  const storeMs = (): number => pids.store.reduce((sum, pid) => sum + cpuMs(pid), 0);
  async function loop(until: number, latencies: number[]): Promise<void> {
    await Promise.all(
      workers.map(async (operate) => {
        while (performance.now() < until) {
          const began = performance.now();
          await operate();
          latencies.push(performance.now() - began);
        }
      }),
    );
  }
  await loop(performance.now() + 1500, []);
  const [server, store, began] = [cpuMs(pids.server), storeMs(), performance.now()];
  const latencies: number[] = [];
  await loop(began + seconds * 1000, latencies);
  return {
    serverMs: (cpuMs(pids.server) - server) / latencies.length,
    storeMs: (storeMs() - store) / latencies.length,
    perSecond: latencies.length / ((performance.now() - began) / 1000),
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
  };
}
