import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Signals } from '#src/kernel/signals.ts';

/** The signals of one process of several that share a store. */
export interface SignalsOfProcess {
  readonly signals: Signals;
  close(): void | Promise<void>;
}

const about = (n: number) => ({ interaction: `i${n}`, approval: `a${n}`, state: 'approved' }) as const;

/**
 * What every engine of the signals must do; `start` gives `count` processes that can reach each other.
 * An engine for one process is tried with one, which then sends to itself.
 */
export function signalsContract(start: (count: number) => Promise<readonly SignalsOfProcess[]>, mostProcesses: number): void {
  let processes: readonly SignalsOfProcess[];
  let one: Signals;
  let other: Signals;
  beforeEach(async () => {
    processes = await start(mostProcesses);
    const [first, last] = [processes[0], processes.at(-1)];
    if (first === undefined || last === undefined) throw new Error('no processes');
    one = first.signals;
    other = last.signals;
  });
  afterEach(async () => {
    for (const process of processes) await process.close();
  });

  describe('signals', () => {
    it('have an address that fits into a QR handle', () => {
      for (const { signals } of processes) expect(signals.process).toMatch(/^[0-9a-f]{8}$/);
      expect(new Set(processes.map(({ signals }) => signals.process)).size).toBe(processes.length);
    });

    it('reach the process they are sent to within a second, and no other', async () => {
      const heard: string[] = [];
      for (const { signals } of processes)
        signals.listen('approval', ({ approval }) => heard.push(`${signals.process} ${approval}`));
      const sentAt = performance.now();
      await one.send(other.process, 'approval', about(1));
      await expect.poll(() => heard, { interval: 10 }).toEqual([`${other.process} a1`]);
      expect(performance.now() - sentAt).toBeLessThan(1000);
    });

    it('sent to all reach each process once, the sender too', async () => {
      const heard: string[] = [];
      for (const { signals } of processes) signals.listen('client', ({ clientId }) => heard.push(`${signals.process} ${clientId}`));
      await one.send('*', 'client', { clientId: 'bank' });
      await expect
        .poll(() => [...heard].sort(), { interval: 10 })
        .toEqual(processes.map(({ signals }) => `${signals.process} bank`).sort());
    });

    it('lose none of 500 and deliver none twice, whatever the time between them', async () => {
      const heard: number[] = [];
      other.listen('approval', ({ approval }) => heard.push(Number(approval.slice(1))));
      const all = Array.from({ length: 500 }, (_, n) => n);
      for (let at = 0; at < all.length; at += 50) {
        await Promise.all(all.slice(at, at + 50).map((n) => one.send(other.process, 'approval', about(n))));
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      await expect.poll(() => heard.length, { timeout: 5000 }).toBe(all.length);
      // long enough for some more readings
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect([...heard].sort((a, b) => a - b)).toEqual(all);
    });

    it('carry their message as it was, and nothing to who has stopped listening', async () => {
      const heard: unknown[] = [];
      const stopped: unknown[] = [];
      other.listen('approval', (message) => heard.push(message));
      other.listen('approval', (message) => stopped.push(message))();
      await one.send(other.process, 'approval', about(7));
      await expect.poll(() => heard).toEqual([about(7)]);
      expect(stopped).toEqual([]);
    });

    it('to a process that is gone harm nobody', async () => {
      await one.send('ffffffff', 'approval', about(1));
    });
  });
}
