import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badlyRefused, lostOrDoubled, summaryOf } from '#test/support/drill-verdict.ts';
import { type DrillWorld, openDrillWorld } from '#test/support/drill-world.ts';
import { canRunMongod, type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { freeAddress, type ServeProcess, startServe } from '#test/support/serve-process.ts';
import { startSignIns } from '#test/support/sign-in-load.ts';

describe.runIf(canRunMongod())('a store that loses its majority in the middle of sign-ins', () => {
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

  const readyz = async (): Promise<number> => (await fetch(`${world.issuer}/readyz`)).status;

  const cases = [
    ['with its primary', 15_000],
    ['but keeps its primary', 5000],
  ] as const;
  it.each(cases)(
    '%s: refuses at once and in words, signs nobody in, and goes on by itself',
    async (which, outageMs) => {
      const isPrimaryLost = which === cases[0][0];
      expect(await readyz()).toBe(200);
      const load = startSignIns(world);
      // what the case before has left behind (a node that catches up takes over) is not this one's fault
      for (let troubles = -1; troubles !== load.ledger.troubles.length; ) {
        troubles = load.ledger.troubles.length;
        await load.more(5);
      }
      const calm = performance.now();
      const primary = await set.primary();
      const others = set.nodes.filter((node) => node !== primary);
      const frozen = isPrimaryLost ? [primary, ...others.slice(0, 1)] : others;
      const from = performance.now();
      for (const node of frozen) node.freeze();
      await expect.poll(readyz, { timeout: 30_000 }).toBe(503);
      const unreadyAfter = performance.now() - from;
      await setTimeout(Math.max(0, outageMs - unreadyAfter));
      const signedIn = load.ledger.signIns.filter(({ began }) => began > from).length;
      expect((await fetch(`${world.issuer}/livez`)).status).toBe(200);
      for (const node of frozen) node.goOn();
      const back = performance.now();
      await expect.poll(readyz, { timeout: 30_000 }).toBe(200);
      const readyAfter = performance.now() - back;
      await load.more(3, 30_000);
      const to = performance.now();
      await load.more(12, 30_000);
      const ledger = await load.stop();
      console.info(
        summaryOf(
          `majority lost for ${outageMs / 1000} s, ${isPrimaryLost ? 'primary too' : 'primary kept'}`,
          ledger,
          `/readyz 503 after ${Math.round(unreadyAfter)} ms, 200 ${Math.round(readyAfter)} ms after the end`,
        ),
      );
      expect(signedIn).toBe(0);
      expect(
        badlyRefused(ledger, [
          { from, to: to + 2000 },
          { from: 0, to: calm },
        ]),
      ).toEqual([]);
      expect(ledger.slowestMs).toBeLessThan(11_000);
      expect(await lostOrDoubled(world, ledger)).toEqual([]);
    },
    120_000,
  );
});
