import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badlyRefused, lostOrDoubled, summaryOf } from '#test/support/drill-verdict.ts';
import { type DrillWorld, openDrillWorld } from '#test/support/drill-world.ts';
import { canRunMongod, type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { freeAddress, type ServeProcess, startServe } from '#test/support/serve-process.ts';
import { startSignIns } from '#test/support/sign-in-load.ts';

describe.runIf(canRunMongod())('a primary that is lost in the middle of sign-ins', () => {
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

  /** Runs a fault with sign-ins going on; it is over when a sign-in has come through again. */
  async function during(name: string, work: () => Promise<void>): Promise<void> {
    const load = startSignIns(world);
    await load.more(10);
    const from = performance.now();
    await work();
    await load.more(3, 30_000);
    const to = performance.now();
    await load.more(15, 30_000);
    const ledger = await load.stop();
    console.info(summaryOf(name, ledger));
    expect(badlyRefused(ledger, [{ from, to: to + 2000 }])).toEqual([]);
    expect(await lostOrDoubled(world, ledger)).toEqual([]);
  }

  it('hands over when it is told to, and nothing is lost or works twice', async () => {
    const before = await set.primary();
    await during('step-down', () => set.stepDown());
    expect((await set.primary()).port).not.toBe(before.port);
  }, 60_000);

  it('is killed, and the node comes back while sign-ins go on', async () => {
    const killed = await set.primary();
    await during('killed primary', async () => {
      await killed.kill();
      await set.primary();
      await killed.restart();
    });
  }, 60_000);
});
