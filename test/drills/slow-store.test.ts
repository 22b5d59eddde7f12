import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badlyRefused, lostOrDoubled, summaryOf } from '#test/support/drill-verdict.ts';
import { type DrillWorld, openDrillWorld } from '#test/support/drill-world.ts';
import { canRunMongod, type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { freeAddress, type ServeProcess, startServe } from '#test/support/serve-process.ts';
import { startSignIns } from '#test/support/sign-in-load.ts';
import { type SlowProxy, startSlowProxy } from '#test/support/slow-proxy.ts';

const slowMs = 200;

describe.runIf(canRunMongod())('a store that takes 200 ms for every answer', () => {
  let set: ReplicaSet;
  let proxy: SlowProxy;
  let world: DrillWorld;
  let serve: ServeProcess;
  beforeAll(async () => {
    set = await startReplicaSet(1);
    proxy = await startSlowProxy(set.nodes[0]?.port ?? 0);
    world = await openDrillWorld({ environment: { SENID_STORE: set.uri('senid'), ...(await freeAddress()) }, people: 150 });
    // straight to the proxy: the set's own configuration would lead around it
    const store = `mongodb://127.0.0.1:${proxy.port}/senid?directConnection=true`;
    serve = await startServe({ ...world.environment, SENID_STORE: store }, ['--workers', '2']);
  });
  afterAll(async () => {
    await serve?.end();
    await world?.close();
    await proxy?.stop();
    await set?.stop();
  });

  it('makes sign-ins slow and fails none; nothing works twice, and it stays ready', async () => {
    proxy.delay(slowMs);
    const load = startSignIns(world, { byPassword: 6, byPhone: 2 });
    await load.more(6, 45_000);
    expect((await fetch(`${world.issuer}/readyz`)).status).toBe(200);
    const ledger = await load.stop();
    console.info(summaryOf(`store slow by ${slowMs} ms`, ledger));
    expect(badlyRefused(ledger, [])).toEqual([]);
    expect(ledger.slowestMs).toBeLessThan(8000);
    proxy.delay(0);
    expect(await lostOrDoubled(world, ledger)).toEqual([]);
    const after = startSignIns(world);
    await after.more(5, 5000);
    expect(badlyRefused(await after.stop(), [])).toEqual([]);
  }, 90_000);
});
