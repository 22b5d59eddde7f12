import { expect, it } from 'vitest';
import { clients } from '#src/clients/collections.ts';
import { createClientDirectory } from '#src/clients/directory.ts';
import { allCollections } from '#src/storage/collections.ts';
import { migrate } from '#src/storage/migrations/migrate.ts';
import { upgradeOnRead } from '#src/storage/migrations/upgrading-store.ts';
import { openClientWorld, shop } from '#test/support/client-world.ts';

/** A directory over a store whose next answer about a client comes when it is let go. */
async function slowWorld() {
  const world = await openClientWorld();
  await world.registry.put(shop);
  let letGo = (): void => undefined;
  let isSlow = false;
  const { store } = world;
  const get = store.get.bind(store);
  store.get = (async (...asked: Parameters<typeof get>) => {
    const found = await get(...asked);
    if (isSlow) await new Promise<void>((resolve) => (letGo = resolve));
    return found;
  }) as typeof store.get;
  const directory = createClientDirectory({ ...world, store });
  return { world, directory, slow: (on: boolean) => (isSlow = on), letGo: () => letGo() };
}
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

it('a suspension that overtakes a slow answer is not undone by it', async () => {
  const { world, directory, slow, letGo } = await slowWorld();
  slow(true);
  const reading = directory.find('shop');
  await turn();
  slow(false);
  await world.registry.suspend('shop');
  await turn();
  letGo();
  await reading;
  expect(await directory.find('shop')).toBeUndefined();
  await world.close();
});

it('an answer is as old as its question: what took three seconds is believed for one', async () => {
  const { world, directory, slow, letGo } = await slowWorld();
  slow(true);
  const reading = directory.find('shop');
  await turn();
  slow(false);
  // by another process whose signal was lost
  await world.store.patch(clients, 'shop', {}, { set: { state: 'suspended' } });
  world.clock.advance(3000);
  letGo();
  await reading;
  world.clock.advance(1000);
  expect(await directory.find('shop')).toBeUndefined();
  await world.close();
});

it('a registration of the version before, which knew no stages, goes on for everybody', async () => {
  const world = await openClientWorld();
  await world.registry.put(shop);
  await world.store.patch(clients, 'shop', {}, { set: { schema: 1 }, unset: ['stage', 'secrets', 'managers'] });
  const store = upgradeOnRead(world.store, allCollections);
  const found = await createClientDirectory({ ...world, store }).find('shop');
  expect(found).toMatchObject({ client: { state: 'active', stage: 'production', name: { vi: 'Cửa hàng' } } });
  expect(found?.secrets).toHaveLength(1);
  await migrate({ store: world.store, collections: allCollections, hold: async () => true, progress: () => undefined });
  expect(await world.store.get(clients, 'shop')).toMatchObject({ schema: 3, stage: 'production' });
  await world.close();
});
