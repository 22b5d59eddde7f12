import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientWorld, openClientWorld, shop } from '#test/support/client-world.ts';

let world: ClientWorld;
beforeEach(async () => {
  world = await openClientWorld();
});
afterEach(() => world.close());

describe('a suspended service', () => {
  it('comes back when it is resumed, with the secret it had', async () => {
    const { client_secret: secret } = await world.registry.put(shop);
    await world.registry.suspend('shop');
    expect(await world.directory.find('shop')).toBeUndefined();
    world.clock.advance(1);
    await world.registry.resume('shop');
    world.clock.advance(1);
    expect(await world.directory.find('shop')).toMatchObject({ client: { state: 'active' }, secrets: [{ value: secret }] });
  });

  it('does not come back by being registered again, and the answer says so', async () => {
    await world.registry.put(shop);
    await world.registry.suspend('shop');
    expect(await world.registry.put({ ...shop, client_name: 'Mới' })).toEqual({ client_id: 'shop', state: 'suspended' });
    expect(await world.registry.put({ ...shop, state: 'production' })).toEqual({ client_id: 'shop', state: 'suspended' });
    expect(await world.directory.find('shop')).toBeUndefined();
    expect(await world.registry.list()).toEqual([
      { client_id: 'shop', client_name: 'Cửa hàng', class: 'private', state: 'suspended' },
    ]);
  });

  it('does not come back through a registration that began before it was stopped', async () => {
    await world.registry.put(shop);
    const get = world.store.get.bind(world.store);
    world.store.get = (async (...from: Parameters<typeof get>) => {
      const found = await get(...from);
      if (from[0].name !== 'clients') return found;
      world.store.get = get;
      await world.registry.suspend('shop');
      return found;
    }) as typeof get;
    expect(await world.registry.put({ ...shop, client_name: 'Mới' })).toEqual({ client_id: 'shop', state: 'suspended' });
  });

  it('is not what a registration can make of a service that works', async () => {
    expect(await world.refusal({ state: 'suspended' })).toMatch(/^state: put does not change it/);
  });

  it.each(['suspend', 'resume', 'show'] as const)('must be there to %s it', async (verb) => {
    await expect(world.registry[verb]('none')).rejects.toMatchObject({ code: 'client_not_found', detail: 'none' });
  });
});

describe('a registration that is shown', () => {
  const full = {
    ...shop,
    class: 'public',
    'client_name#en': 'Shop',
    purposes: [{ id: 'order', vi: 'Đặt hàng', en: 'Ordering' }],
    legal_basis: [{ claim: 'name', text: { vi: 'Luật', en: 'Law' } }],
    min_acr: 'urn:senid:acr:id2-auth1',
    allowed_acr: ['urn:senid:acr:id2-auth1', 'urn:senid:acr:id2-auth2'],
    default_acr_values: ['urn:senid:acr:id2-auth2'],
    require_pkce: false,
    sector: 'shop.example',
    subject_type: 'public',
    subject_type_reason: 'Sổ cũ',
  };

  it('has the member names it was registered with, its state and its times', async () => {
    await world.registry.put(full);
    const seconds = Math.floor(world.clock.now() / 1000);
    world.clock.advance(5000);
    await world.registry.suspend('shop');
    expect(await world.registry.show('shop')).toEqual({
      ...full,
      grant_types: ['authorization_code'],
      response_types: ['code'],
      state: 'suspended',
      client_id_issued_at: seconds,
      updated_at: seconds + 5,
    });
  });

  it.each([
    ['with all its members', full],
    ['with defaults', shop],
    ['on an address literal', { ...shop, redirect_uris: ['http://[::1]:9/cb'] }],
    ['without a host', { ...shop, client_id: 'My_Job', grant_types: ['client_credentials'], redirect_uris: [] }],
  ])('can be edited and put again, %s', async (_, registration) => {
    await world.registry.put(registration);
    const shown = await world.registry.show(registration.client_id);
    expect(await world.registry.put({ ...shown, client_name: 'Tên mới' })).toEqual({ client_id: registration.client_id });
    expect(await world.registry.show(registration.client_id)).toEqual({ ...shown, client_name: 'Tên mới' });
  });

  it('never holds the secret, given or generated', async () => {
    const { client_secret: generated } = await world.registry.put(shop);
    await world.registry.put({ ...shop, client_id: 'given', client_secret: 'given-secret-of-the-shop' });
    const shown = JSON.stringify([
      await world.registry.show('shop'),
      await world.registry.show('given'),
      await world.registry.list(),
    ]);
    expect(generated).toMatch(/^[\w-]{43}$/);
    expect(shown).not.toContain(generated);
    expect(shown).not.toContain('given-secret');
  });
});

describe('a registration that is replaced', () => {
  it('does not lose what it no longer says, nor keep it: reason and secret go, sector stays', async () => {
    await world.registry.put({ ...shop, subject_type: 'public', subject_type_reason: 'Sổ cũ' });
    await world.registry.put({ ...shop, token_endpoint_auth_method: 'none', redirect_uris: ['https://new.example/cb'] });
    expect(await world.registry.show('shop')).toMatchObject({ sector: 'shop.example', subject_type: 'pairwise' });
    expect(await world.registry.show('shop')).not.toHaveProperty('subject_type_reason');
    expect((await world.directory.find('shop'))?.secrets).toEqual([]);
  });

  it('does not move people to other subject identifiers by naming another sector', async () => {
    await world.registry.put(shop);
    expect(await world.refusal({ sector: 'other.example' })).toMatch(/^sector: was frozen at registration as shop\.example/);
  });

  it('gets one secret when two register it at once', async () => {
    const answers = await Promise.all([world.registry.put(shop), world.registry.put(shop)]);
    const secrets = answers.flatMap(({ client_secret: secret }) => secret ?? []);
    expect(secrets).toEqual((await world.directory.find('shop'))?.secrets.map(({ value }) => value));
  });
});
