import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineOperator as operator } from '#src/clients/actor.ts';
import { clients } from '#src/clients/collections.ts';
import { type ClientWorld, openClientWorld, shop } from '#test/support/client-world.ts';

let world: ClientWorld;
beforeEach(async () => {
  world = await openClientWorld();
});
afterEach(() => world.close());

const values = async () => (await world.directory.find('shop'))?.secrets.map(({ value }) => value);

describe('secrets of a service', () => {
  it('are several at once while it changes over, and each ends at its own time', async () => {
    const { client_secret: first } = await world.registry.put(shop);
    const until = world.clock.now() + 60_000;
    const second = await world.registry.addSecret('shop', operator, { othersUntil: until });
    expect(await values()).toEqual([second.client_secret, first]);
    expect(await world.registry.secrets('shop')).toMatchObject([
      { state: 'live' },
      { state: 'live', expires_at: new Date(until).toISOString() },
    ]);
    world.clock.advance(60_000);
    expect(await world.registry.secrets('shop')).toMatchObject([{ state: 'live' }, { state: 'expired' }]);
    expect(JSON.stringify(await world.registry.secrets('shop'))).not.toContain(second.client_secret);
  });

  it('do not live longer because their end is set again', async () => {
    await world.registry.put(shop);
    const { secret_id: secretId } = await world.registry.addSecret('shop', operator, { expiresAt: world.clock.now() + 1000 });
    await world.registry.expireSecret('shop', operator, { secretId, at: world.clock.now() + 9000 });
    expect((await world.registry.secrets('shop'))[0]?.expires_at).toBe(new Date(world.clock.now() + 1000).toISOString());
  });

  it('are gone once revoked, and one that is none is refused by name', async () => {
    await world.registry.put(shop);
    const { secret_id: secretId, client_secret: value } = await world.registry.addSecret('shop', operator);
    await world.registry.revokeSecret('shop', operator, { secretId });
    expect(await values()).not.toContain(value);
    await expect(world.registry.revokeSecret('shop', operator, { secretId })).rejects.toMatchObject({
      code: 'client_secret_not_found',
    });
    await expect(world.registry.expireSecret('shop', operator, { secretId, at: 0 })).rejects.toMatchObject({
      code: 'client_secret_not_found',
    });
  });

  it('are no more than five, and none where nothing is authenticated with one', async () => {
    await world.registry.put(shop);
    for (let n = 0; n < 4; n += 1) await world.registry.addSecret('shop', operator);
    await expect(world.registry.addSecret('shop', operator)).rejects.toMatchObject({ code: 'client_secrets_full' });
    await world.registry.put({ ...shop, client_id: 'open', token_endpoint_auth_method: 'none' });
    await expect(world.registry.addSecret('open', operator)).rejects.toMatchObject({ code: 'client_metadata_invalid' });
  });

  it('stay when a registration is put again without one, and are replaced by one that it names', async () => {
    const { client_secret: first } = await world.registry.put(shop);
    const { client_secret: second } = await world.registry.addSecret('shop', operator);
    await world.registry.put({ ...shop, client_name: 'Mới' });
    expect(await values()).toEqual([second, first]);
    await world.registry.put({ ...shop, client_secret: 'given-secret-of-the-shop' });
    expect(await values()).toEqual(['given-secret-of-the-shop']);
  });

  it('end as client_secret_expires_at says, which is shown', async () => {
    const at = Math.floor(world.clock.now() / 1000) + 100;
    await world.registry.put({ ...shop, client_secret_expires_at: at });
    expect(await world.registry.show('shop')).toMatchObject({ client_secret_expires_at: at });
    expect(await world.registry.secrets('shop')).toMatchObject([{ expires_at: new Date(at * 1000).toISOString() }]);
  });

  it('are not ended by the end of another that is over already', async () => {
    const { client_secret: first } = await world.registry.put(shop);
    const { secret_id: secretId } = await world.registry.addSecret('shop', operator);
    await world.registry.expireSecret('shop', operator, { secretId, at: world.clock.now() });
    expect(await world.registry.show('shop')).not.toHaveProperty('client_secret_expires_at');
    const over = Math.floor(world.clock.now() / 1000);
    expect(await world.refusal({ client_secret_expires_at: over })).toMatch(/^client_secret_expires_at: is over/);
    world.clock.advance(5000);
    expect(await values()).toContain(first);
  });

  it('are not made to be over before they begin', async () => {
    const over = Math.floor(world.clock.now() / 1000);
    expect(await world.refusal({ client_secret_expires_at: over })).toMatch(/^client_secret_expires_at: is over/);
    await world.registry.put(shop);
    await expect(world.registry.addSecret('shop', operator, { expiresAt: world.clock.now() })).rejects.toMatchObject({
      detail: expect.stringMatching(/^expires_at: is over/),
    });
  });

  it('of the version before are read, and what that version writes beside us is not overlooked', async () => {
    await world.registry.put(shop);
    const other = world.sealing.seal('secret-of-a-process-of-before', 'clients/shop/secret');
    await world.store.patch(clients, 'shop', {}, { set: { secret: other, updatedAt: world.clock.now() + 5 }, unset: ['secrets'] });
    expect(await values()).toEqual(['secret-of-a-process-of-before']);
    const { client_secret: added } = await world.registry.addSecret('shop', operator);
    expect(await values()).toEqual([added, 'secret-of-a-process-of-before']);
    await world.store.patch(clients, 'shop', {}, { set: { secret: other, updatedAt: world.clock.now() + 50 } });
    expect(await values()).toEqual([added, 'secret-of-a-process-of-before']);
    const third = world.sealing.seal('another-of-before', 'clients/shop/secret');
    await world.store.patch(clients, 'shop', {}, { set: { secret: third, updatedAt: world.clock.now() + 90 } });
    expect(await values()).toEqual(['another-of-before']);
  });
});
