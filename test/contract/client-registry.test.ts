import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#src/clients/actor.ts';
import { allCollections } from '#src/storage/collections.ts';
import { type ClientWorld, clientWorldOn, shop } from '#test/support/client-world.ts';
import { type Engines, engineNames, openPlace, startEngines } from '#test/support/engines.ts';
import { TestClock } from '#test/support/test-clock.ts';

const maker: Actor = { id: 'client:console/lan', roles: ['manager'], via: 'test' };
const reviewers = Array.from({ length: 40 }, (_, n): Actor => ({ id: `client:desk/r${n}`, roles: ['reviewer'], via: 'test' }));

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stop());

/** The registries of several processes on one store. */
async function processes(engine: (typeof engineNames)[number], many: number) {
  const clock = new TestClock();
  const place = engines.newPlace(engine);
  const worlds: ClientWorld[] = [];
  for (let n = 0; n < many; n += 1) worlds.push(clientWorldOn(await openPlace(place, allCollections, clock), clock));
  return { worlds, close: () => Promise.all(worlds.map((world) => world.close())) };
}
const codes = (settled: readonly PromiseSettledResult<unknown>[]): unknown[] =>
  settled.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code?: string }).code] : []));

describe.each(engineNames)('the registry on %s', (engine) => {
  it('takes one of forty approvals that come to two processes at once, and writes it down once', async () => {
    const { worlds, close } = await processes(engine, 2);
    const [one, other] = worlds.map(({ registry }) => registry);
    if (one === undefined || other === undefined) throw new TypeError('two were opened');
    await one.propose(shop, maker);
    await one.submit('shop', maker);
    const settled = await Promise.allSettled(reviewers.map((by, n) => (n % 2 === 0 ? one : other).approve('shop', by)));
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    // whoever looked again found nothing to approve
    expect(new Set(codes(settled))).toEqual(new Set(['service_state_wrong']));
    const actions = (await other.history('shop')).map(({ action }) => action);
    expect(actions).toEqual(['change', 'submit for sandbox', 'approve for sandbox']);
    await close();
  });

  it('lets nobody approve what is changed at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { worlds, close } = await processes(engine, 2);
      const [one, other] = worlds.map(({ registry }) => registry);
      if (one === undefined || other === undefined) throw new TypeError('two were opened');
      await one.propose(shop, maker);
      await one.submit('shop', maker);
      const { version } = await other.look('shop');
      await Promise.allSettled([
        other.approve('shop', reviewers[0] as Actor, { version }),
        one.propose({ ...shop, client_name: 'Khác' }, maker),
      ]);
      const entries = await one.history('shop');
      const approved = entries.findIndex(({ action }) => action.startsWith('approve'));
      const changed = entries.findLastIndex(({ action }) => action === 'change');
      // either order is right; an approval of what came after it is not
      if (approved > changed) expect(changed).toBe(0);
      await close();
    }
  });

  it('keeps every secret of those that are added at once, and no more than five', async () => {
    const { worlds, close } = await processes(engine, 2);
    const [one, other] = worlds.map(({ registry }) => registry);
    if (one === undefined || other === undefined) throw new TypeError('two were opened');
    await one.put(shop);
    const operator: Actor = { id: 'operator:an', roles: ['operator'], via: 'test' };
    const settled = await Promise.allSettled([one, other, one, other, one, other].map((each) => each.addSecret('shop', operator)));
    const added = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value.secret_id] : []));
    expect(added).toHaveLength(4);
    expect(codes(settled)).toEqual(['client_secrets_full', 'client_secrets_full']);
    expect((await one.secrets('shop')).map(({ secret_id: id }) => id)).toEqual(expect.arrayContaining(added));
    await close();
  });
});
