import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { canRunMongod, type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';

const child = new URL('../support/background-work-child.ts', import.meta.url).pathname;

interface Turn {
  readonly worker: number;
  readonly began: number;
  readonly ended: number;
}

const workers: ChildProcess[] = [];
afterEach(() => {
  for (const worker of workers.splice(0)) worker.kill('SIGKILL');
});

/** Several processes with one work between them, and every turn that any of them took. */
async function startWorkers(count: number, args: readonly string[]): Promise<Turn[]> {
  const turns: Turn[] = [];
  for (let n = 0; n < count; n += 1) workers.push(fork(child, args));
  await Promise.all(
    workers.map(async (worker, n) => {
      await once(worker, 'message');
      worker.on('message', (turn) => turns.push({ worker: n, ...(turn as { began: number; ended: number }) }));
    }),
  );
  return turns;
}

/** Turns that ran while another one did. */
const overlapping = (turns: readonly Turn[]): Turn[] => {
  const inOrder = turns.toSorted((one, other) => one.began - other.began);
  return inOrder.filter(({ began }, n) => n > 0 && began < (inOrder[n - 1] as Turn).ended);
};

async function more(turns: readonly Turn[], count: number): Promise<void> {
  const wanted = turns.length + count;
  await expect.poll(() => turns.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(wanted);
}

function drill(storeArgs: () => readonly [string, string]): void {
  it('is done by one at a time, by another as soon as that one ends, and by another when it is killed', async () => {
    const turns = await startWorkers(3, [...storeArgs(), '100', '10']);
    await more(turns, 5);
    const first = turns[0]?.worker ?? 0;
    expect(new Set(turns.map(({ worker }) => worker))).toEqual(new Set([first]));

    workers[first]?.send('end');
    expect(await once(workers[first] as ChildProcess, 'exit')).toEqual([0, null]);
    const endedAt = Date.now();
    const beforeEnd = turns.length;
    await more(turns, 5);
    const second = turns[beforeEnd]?.worker ?? 0;
    expect(second).not.toBe(first);
    const handedOver = (turns[beforeEnd]?.began ?? 0) - endedAt;

    workers[second]?.kill('SIGKILL');
    await once(workers[second] as ChildProcess, 'exit');
    const killedAt = Date.now();
    const beforeKill = turns.length;
    await more(turns, 5);
    const third = turns[beforeKill]?.worker ?? 0;
    expect([first, second]).not.toContain(third);
    const takenOver = (turns[beforeKill]?.began ?? 0) - killedAt;
    console.info(
      `leased work: ${turns.length} turns, handed over after ${handedOver} ms, taken over from a killed one after ${takenOver} ms`,
    );
    expect(overlapping(turns)).toEqual([]);
    // a lease says so itself
    expect(handedOver).toBeLessThan(2500);
  }, 30_000);

  it('that takes longer than its interval and its lease is not begun a second time', async () => {
    const turns = await startWorkers(3, [...storeArgs(), '100', '1600']);
    await more(turns, 2);
    expect(overlapping(turns)).toEqual([]);
    expect(new Set(turns.map(({ worker }) => worker)).size).toBe(1);
  }, 30_000);
}

describe('background work of several processes on SQLite', () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  drill(() => {
    folders.push(mkdtempSync(join(tmpdir(), 'senid-leases-')));
    return [join(folders.at(-1) ?? '', 'senid.db'), ''];
  });
});

describe.runIf(canRunMongod())('background work of several processes on MongoDB', () => {
  let set: ReplicaSet;
  let databases = 0;
  beforeAll(async () => {
    set = await startReplicaSet();
  });
  afterAll(() => set?.stop());
  drill(() => ['', set.uri(`leases${databases++}`)]);
});
