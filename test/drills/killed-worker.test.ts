import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badlyRefused, lostOrDoubled, summaryOf } from '#test/support/drill-verdict.ts';
import { type DrillWorld, openDrillWorld } from '#test/support/drill-world.ts';
import { canRunMongod, type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { freeAddress, type ServeProcess, startServe } from '#test/support/serve-process.ts';
import { startSignIns } from '#test/support/sign-in-load.ts';

describe.runIf(canRunMongod())('a worker process that is killed in the middle of sign-ins', () => {
  let set: ReplicaSet;
  let world: DrillWorld;
  let serve: ServeProcess;
  beforeAll(async () => {
    set = await startReplicaSet(3);
    world = await openDrillWorld({ environment: { SENID_STORE: set.uri('senid'), ...(await freeAddress()) } });
    serve = await startServe(world.environment, ['--workers', '2']);
  });
  afterAll(async () => {
    await serve?.end();
    await world?.close();
    await set?.stop();
  });

  it('takes its own requests with it and nothing else, and is replaced by the parent', async () => {
    const before = serve.workers();
    expect(before).toHaveLength(2);
    const load = startSignIns(world);
    await load.more(10);
    const from = performance.now();
    process.kill(before[0] as number, 'SIGKILL');
    await expect.poll(() => serve.workers().includes(before[0] as number)).toBe(false);
    const to = performance.now();
    // the other goes on at once
    await load.more(5);
    await expect.poll(() => serve.workers().length, { timeout: 10_000 }).toBe(2);
    const replacedAfter = performance.now() - from;
    await load.more(15);
    const ledger = await load.stop();
    console.info(summaryOf('killed worker', ledger, `replaced after ${Math.round(replacedAfter)} ms`));
    expect(serve.workers()).toContain(before[1]);
    expect(badlyRefused(ledger, [{ from, to, mayDrop: true }])).toEqual([]);
    expect(await lostOrDoubled(world, ledger)).toEqual([]);
  }, 60_000);
});
