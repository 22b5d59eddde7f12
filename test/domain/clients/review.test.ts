import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Actor, Role } from '#src/clients/actor.ts';
import { type Client, isOurs } from '#src/clients/client.ts';
import { clients } from '#src/clients/collections.ts';
import { signsIn, transitions } from '#src/clients/states.ts';
import { type ClientWorld, openClientWorld, shop } from '#test/support/client-world.ts';

const actor = (id: string, ...roles: Role[]): Actor => ({ id, roles, via: 'test' });
const maker = actor('client:console/lan', 'manager');
const reviewer = actor('person:minh', 'reviewer');
const second = actor('person:hoa', 'manager', 'reviewer');
const stranger = actor('client:console/tam', 'manager');
const operator = actor('operator:an', 'operator');
const otherOperator = actor('operator:binh', 'operator');

let world: ClientWorld;
beforeEach(async () => {
  world = await openClientWorld();
});
afterEach(() => world.close());

const found = async (id = 'shop') => (await world.directory.find(id))?.client;

/** A service in the sandbox, as its manager and a reviewer brought it there. */
async function toSandbox(): Promise<void> {
  await world.registry.propose(shop, maker);
  await world.registry.submit('shop', maker);
  await world.registry.approve('shop', reviewer);
}
async function toProduction(): Promise<void> {
  await toSandbox();
  await world.registry.submit('shop', maker);
  await world.registry.approve('shop', reviewer);
}

describe('a new service', () => {
  it('goes from draft over review to the sandbox, and from there to production', async () => {
    expect(await world.registry.propose(shop, maker)).toMatchObject({ client_id: 'shop', state: 'draft' });
    expect(await world.registry.list()).toMatchObject([{ client_id: 'shop', state: 'draft' }]);
    expect(await world.registry.submit('shop', maker)).toEqual({ client_id: 'shop', state: 'review' });
    expect(await world.registry.approve('shop', reviewer)).toEqual({ client_id: 'shop', state: 'sandbox' });
    expect(await found()).toMatchObject({ stage: 'sandbox', name: { vi: 'Thử nghiệm: Cửa hàng', en: 'Test: Cửa hàng' } });
    await world.registry.submit('shop', maker);
    expect(await world.registry.list()).toMatchObject([{ state: 'sandbox', waiting: 'review' }]);
    expect(await world.registry.approve('shop', reviewer)).toEqual({ client_id: 'shop', state: 'production' });
    expect(await found()).toMatchObject({ stage: 'production', name: { en: 'Cửa hàng' } });
  });

  it('does not work as a draft, nor while it is reviewed', async () => {
    await world.registry.propose(shop, maker);
    expect(await found()).toBeUndefined();
    await world.registry.submit('shop', maker);
    expect(await found()).toBeUndefined();
  });

  it('keeps the secret that its maker was given as a draft', async () => {
    const { client_secret: secret } = await world.registry.propose(shop, maker);
    expect(await world.registry.propose({ ...shop, client_name: 'Mới' }, maker)).toEqual({ client_id: 'shop', state: 'draft' });
    await world.registry.submit('shop', maker);
    await world.registry.approve('shop', reviewer);
    expect((await world.directory.find('shop'))?.secrets).toMatchObject([{ value: secret }]);
  });

  it('does not slip into production past the sandbox', async () => {
    await world.registry.propose(shop, maker);
    await expect(world.registry.submit('shop', maker, { to: 'production' })).rejects.toMatchObject({ code: 'service_state_wrong' });
  });

  describe("does not take another service's sector, by which it would know people under the same names", () => {
    const ciba = 'urn:openid:params:grant-type:ciba';
    const theirs = { redirect_uris: ['https://bank.example/cb'] };
    const asks = { grant_types: [ciba], response_types: [], backchannel_token_delivery_mode: 'poll' };
    const keys = { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256' };
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const inline = { jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'ES256' }] } };

    it.each([
      ['that is none of its hosts', { sector: 'bank.example' }],
      ['that its host is a part of', { sector: 'example' }],
      ['that is a part of its host', { sector: 'evil.shop.example' }],
      [
        'by a second redirect address there',
        { redirect_uris: [...shop.redirect_uris, ...theirs.redirect_uris], sector: 'bank.example' },
      ],
      ['of a service without a host', { redirect_uris: ['https://bank.invalid/cb'] }],
      ['by an address for keys that it does not use', { jwks_uri: 'https://bank.example/keys', sector: 'bank.example' }],
      ['by a notification endpoint without requests of its own', { ...endpoint('bank.example'), sector: 'bank.example' }],
      ['by a notification endpoint that it need not wait for', { ...asks, redirect_uris: [], ...pinged(), sector: 'bank.example' }],
      ['by redirect addresses that it does not need, named', { ...asks, ...keys, ...inline, ...theirs, sector: 'bank.example' }],
      ['by redirect addresses that it does not need', { ...asks, ...keys, ...inline, ...theirs }],
      ['by redirect addresses beside requests of its own', { ...both(), ...keys, ...inline, ...theirs }],
      ['by redirect addresses of a service without people', { grant_types: ['client_credentials'], response_types: [], ...theirs }],
    ])('%s', async (_, more) => {
      await expect(world.registry.propose({ ...shop, ...more }, maker)).rejects.toMatchObject({
        code: 'client_metadata_invalid',
        detail: expect.stringMatching(/^sector: .* ask an operator$/),
      });
    });

    function endpoint(host: string) {
      return { backchannel_client_notification_endpoint: `https://${host}/ping` };
    }
    function pinged() {
      return { ...keys, ...inline, backchannel_token_delivery_mode: 'ping', ...endpoint('bank.example') };
    }
    function both() {
      return { ...asks, grant_types: ['authorization_code', ciba], response_types: ['code'] };
    }

    it('but has one of its own, by all its addresses or by its keys, or by its name; an operator may share one', async () => {
      const two = { ...shop, redirect_uris: [...shop.redirect_uris, 'https://pay.example/cb'] };
      const job = {
        ...shop,
        client_id: 'bank.example',
        redirect_uris: [],
        grant_types: ['client_credentials'],
        response_types: [],
      };
      await world.registry.propose(job, maker);
      expect(await world.registry.show('bank.example')).toMatchObject({ sector: 'bank.example.invalid' });
      await world.registry.propose({ ...two, client_id: 'two', sector: 'two.invalid' }, maker);
      const byKeys = { ...shop, client_id: 'keys', ...asks, ...keys, redirect_uris: [], jwks_uri: 'https://keys.example/jwks' };
      await world.registry.propose({ ...byKeys, sector: 'keys.example' }, maker);
      await world.registry.propose({ ...two, client_id: 'ours', sector: 'bank.example' }, operator);
      await world.registry.propose({ ...shop, sector: 'shop.example' }, maker);
      await world.registry.submit('shop', maker);
      await world.registry.approve('shop', reviewer);
      // frozen since: nobody but an operator takes it along to another host
      const elsewhere = { ...shop, redirect_uris: ['https://pay.example/cb'] };
      for (const moved of [elsewhere, { ...elsewhere, sector: 'shop.example' }, { ...two, sector: 'shop.example' }])
        await expect(world.registry.propose(moved, maker)).rejects.toMatchObject({ code: 'client_metadata_invalid' });
      await world.registry.propose({ ...shop, redirect_uris: ['https://shop.example/a', 'https://shop.example/b'] }, maker);
      await world.registry.propose(elsewhere, operator);
    });
  });

  it('does not take the identifier of another', async () => {
    await world.registry.propose(shop, maker);
    await expect(world.registry.propose(shop, maker, { isNew: true })).rejects.toMatchObject({ code: 'service_exists' });
  });

  it('is forgotten when its makers drop it, with the secret that it brought', async () => {
    const { client_secret: secret } = await world.registry.propose(shop, maker);
    await world.registry.drop('shop', maker);
    await expect(world.registry.show('shop')).rejects.toMatchObject({ code: 'client_not_found' });
    expect(await world.registry.list()).toEqual([]);
    const again = await world.registry.propose(shop, stranger, { isNew: true });
    expect(again.client_secret).not.toBe(secret);
    await expect(world.registry.submit('shop', maker)).rejects.toMatchObject({ code: 'service_role_missing' });
  });

  it('comes back to its makers with a reason, and goes again', async () => {
    await world.registry.propose(shop, maker);
    await world.registry.submit('shop', maker);
    await expect(world.registry.refuse('shop', reviewer, {})).rejects.toMatchObject({ code: 'service_reason_missing' });
    expect(await world.registry.refuse('shop', reviewer, { reason: 'Thiếu chính sách' })).toMatchObject({ state: 'draft' });
    await expect(world.registry.approve('shop', reviewer)).rejects.toMatchObject({ code: 'service_state_wrong' });
    await world.registry.submit('shop', maker);
    expect(await world.registry.withdraw('shop', maker)).toMatchObject({ state: 'draft' });
  });
});

describe('four eyes', () => {
  it('do not let a maker approve, nor who changed it, nor who submitted it', async () => {
    const all = actor('client:console/lan', 'manager', 'reviewer');
    await world.registry.propose(shop, all);
    await world.registry.propose({ ...shop, client_name: 'Mới' }, operator);
    await world.registry.submit('shop', otherOperator, { to: 'sandbox' });
    for (const hand of [all, otherOperator, actor('client:console', 'reviewer'), actor('client:console/minh', 'reviewer')])
      await expect(world.registry.approve('shop', hand)).rejects.toMatchObject({ code: 'service_same_hand' });
    await expect(world.registry.approve('shop', operator)).rejects.toMatchObject({ code: 'service_same_hand' });
    expect(await world.registry.approve('shop', reviewer)).toMatchObject({ state: 'sandbox' });
  });

  it('do not let a reviewer wave through what was changed after they looked', async () => {
    await world.registry.propose(shop, maker);
    await world.registry.submit('shop', maker);
    const { version } = await world.registry.compare('shop');
    await world.registry.propose({ ...shop, redirect_uris: ['https://shop.example/other'] }, maker);
    await expect(world.registry.approve('shop', reviewer, { version })).rejects.toMatchObject({ code: 'service_changed' });
    await expect(world.registry.approve('shop', reviewer)).rejects.toMatchObject({ code: 'service_state_wrong' });
  });

  it('see all that would be opened to everybody, also what was changed in the sandbox without approval', async () => {
    await toSandbox();
    await world.registry.propose({ ...shop, redirect_uris: ['https://shop.example/quiet'] }, maker);
    await world.registry.submit('shop', maker);
    const { changes } = await world.registry.compare('shop');
    expect(changes).toContainEqual({ member: 'redirect_uris', after: ['https://shop.example/quiet'] });
    await world.registry.approve('shop', reviewer);
    await world.registry.propose(shop, maker);
    expect((await world.registry.compare('shop')).changes).toEqual([
      { member: 'redirect_uris', before: ['https://shop.example/quiet'], after: ['https://shop.example/cb'] },
    ]);
  });

  it('see who else would know people by the same identifiers, wherever its addresses lead by now', async () => {
    const [bank, open] = [
      { ...shop, client_id: 'bank' },
      { ...shop, client_id: 'open', subject_type: 'public' },
    ];
    await world.registry.put(bank);
    await world.registry.put({ ...open, subject_type_reason: 'Cổng chung' });
    await toProduction();
    // only an operator takes the sector along
    await world.registry.propose({ ...shop, redirect_uris: ['https://elsewhere.example/cb'] }, operator);
    expect(await world.registry.compare('shop')).toMatchObject({ sharesSectorWith: ['bank'] });
    await world.registry.propose({ ...open, client_id: 'new', subject_type_reason: 'Cổng chung' }, maker);
    expect(await world.registry.compare('new')).toMatchObject({ sharesSectorWith: [] });
  });

  it('remember who changed a service in the sandbox, where no change waits', async () => {
    const both = actor('client:console/lan', 'manager', 'reviewer');
    await toSandbox();
    await world.registry.propose({ ...shop, client_name: 'Mới' }, both);
    expect(await found()).toMatchObject({ name: { en: 'Test: Mới' } });
    await world.registry.submit('shop', operator);
    await expect(world.registry.approve('shop', both)).rejects.toMatchObject({ code: 'service_same_hand' });
  });

  it('keep its makers from approving it for production, whoever submits what works in the sandbox', async () => {
    const made = actor('person:hoa', 'manager');
    await world.registry.propose(shop, made);
    await world.registry.submit('shop', made);
    await world.registry.approve('shop', reviewer);
    await world.registry.submit('shop', operator);
    await expect(world.registry.approve('shop', second)).rejects.toMatchObject({ code: 'service_same_hand' });
    expect(await world.registry.approve('shop', reviewer)).toMatchObject({ state: 'production' });
  });

  it('take back a submission when the service in the sandbox is changed after it', async () => {
    await toSandbox();
    await world.registry.submit('shop', maker);
    await world.registry.propose({ ...shop, client_name: 'Khác' }, maker);
    await expect(world.registry.approve('shop', reviewer)).rejects.toMatchObject({ code: 'service_state_wrong' });
  });
});

describe('a step', () => {
  it('is not for a manager of another service', async () => {
    await world.registry.propose(shop, maker);
    for (const step of [
      world.registry.propose(shop, stranger),
      world.registry.submit('shop', stranger),
      world.registry.addSecret('shop', stranger),
    ])
      await expect(step).rejects.toMatchObject({ code: 'service_role_missing' });
  });

  it.each(transitions)('$verb is not for who has another role', async ({ verb, by }) => {
    await toProduction();
    const wrong = actor('client:console/lan', by === 'manager' ? 'reviewer' : 'manager');
    const why = { reason: 'x' };
    const taken = verb === 'change' ? world.registry.propose(shop, wrong) : world.registry[verb]('shop', wrong, why);
    await expect(taken).rejects.toMatchObject({ code: 'service_role_missing' });
  });

  it('does not let a stranger in who looks while a service is being approved', async () => {
    await world.registry.propose(shop, maker);
    await world.registry.submit('shop', maker);
    const get = world.store.get.bind(world.store);
    world.store.get = (async (...from: Parameters<typeof get>) => {
      const found = await get(...from);
      world.store.get = get;
      await world.registry.approve('shop', reviewer);
      return found;
    }) as typeof get;
    await expect(world.registry.propose(shop, stranger)).rejects.toMatchObject({ code: 'service_role_missing' });
    expect(await world.registry.managers('shop')).toEqual({ managers: [maker.id] });
  });

  it('is not for anybody who calls themselves a manager, where a service has none', async () => {
    await world.registry.put(shop);
    await world.store.patch(clients, 'shop', {}, { unset: ['managers'] });
    for (const step of [world.registry.propose(shop, stranger), world.registry.addSecret('shop', stranger)])
      await expect(step).rejects.toMatchObject({ code: 'service_role_missing' });
  });

  it('does not make a service in the sandbox one of ours unseen', async () => {
    await toSandbox();
    const internal = { ...shop, class: 'internal', grant_types: ['authorization_code', 'client_credentials'] };
    await world.registry.propose(internal, maker);
    expect(isOurs((await found()) as Client)).toBe(false);
    await world.registry.submit('shop', maker);
    expect(isOurs((await found()) as Client)).toBe(false);
    await world.registry.approve('shop', reviewer);
    expect(await found()).toMatchObject({ stage: 'production' });
    expect(isOurs((await found()) as Client)).toBe(true);
  });

  it('is taken once, whoever tries at the same time', async () => {
    await world.registry.propose(shop, maker);
    await world.registry.submit('shop', maker);
    const tries = await Promise.allSettled(
      [reviewer, actor('person:x', 'reviewer')].map((by) => world.registry.approve('shop', by)),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await world.registry.history('shop')).filter(({ action }) => action.startsWith('approve'))).toHaveLength(1);
  });
});

describe('a changed registration of a service in production', () => {
  const moved = { ...shop, redirect_uris: ['https://shop.example/new'] };

  it('waits while the approved one goes on, and then takes its place', async () => {
    await toProduction();
    expect(await world.registry.propose(moved, maker)).toEqual({ client_id: 'shop', state: 'draft' });
    expect(await found()).toMatchObject({ metadata: { redirect_uris: shop.redirect_uris } });
    expect(await world.registry.show('shop')).toMatchObject({ state: 'production', waiting: 'draft', ...shop });
    expect(await world.registry.show('shop', 'waiting')).toMatchObject({ state: 'draft', ...moved });
    await world.registry.submit('shop', maker);
    expect(await world.registry.approve('shop', second)).toEqual({ client_id: 'shop', state: 'production' });
    expect(await found()).toMatchObject({ metadata: { redirect_uris: moved.redirect_uris } });
    await expect(world.registry.show('shop', 'waiting')).rejects.toMatchObject({ code: 'client_not_found' });
  });

  it('is dropped without a trace in what works', async () => {
    await toProduction();
    const before = await world.registry.show('shop');
    await world.registry.propose(moved, maker);
    await world.registry.drop('shop', maker);
    expect(await world.registry.show('shop')).toEqual(before);
    await expect(world.registry.drop('shop', maker)).rejects.toMatchObject({ code: 'service_state_wrong' });
  });

  it('keeps its secrets and its sector', async () => {
    const { client_secret: secret } = await world.registry.propose(shop, maker);
    await world.registry.submit('shop', maker);
    await world.registry.approve('shop', reviewer);
    await world.registry.submit('shop', maker);
    await world.registry.approve('shop', reviewer);
    await world.registry.propose(moved, maker);
    await world.registry.submit('shop', maker);
    await world.registry.approve('shop', reviewer);
    expect(await world.directory.find('shop')).toMatchObject({ secrets: [{ value: secret }], client: { sector: 'shop.example' } });
  });
});

describe('a version that waits', () => {
  const moved = { ...shop, redirect_uris: ['https://shop.example/new'] };
  const secrets = async () => (await world.directory.find('shop'))?.secrets.map(({ value }) => value);
  const later = (ms: number) => world.clock.now() + ms;
  async function approved(): Promise<void> {
    await world.registry.submit('shop', maker);
    await world.registry.approve('shop', reviewer);
  }

  it('brings no secret along: a revoked secret never comes back, and what took its place goes on', async () => {
    await toProduction();
    const [first] = await world.registry.secrets('shop');
    // an end as the console sets it, in milliseconds
    const leaked = await world.registry.addSecret('shop', maker, { expiresAt: later(86_400_789) });
    const { client_secret_expires_at: at } = await world.registry.show('shop');
    await world.registry.propose({ ...moved, client_secret_expires_at: Number(at) + 5 }, maker);
    await world.registry.revokeSecret('shop', maker, { secretId: leaked.secret_id });
    await world.registry.revokeSecret('shop', maker, { secretId: first?.secret_id ?? '' });
    const replacement = await world.registry.addSecret('shop', maker);
    await approved();
    expect(await secrets()).toEqual([replacement.client_secret]);
  });

  it('changes no secret where it was shown, edited and put', async () => {
    await toProduction();
    await world.registry.addSecret('shop', maker, { expiresAt: later(86_400_789) });
    const before = await world.registry.secrets('shop');
    const { state: _, client_id_issued_at: _1, updated_at: _2, ...shown } = await world.registry.show('shop');
    await world.registry.propose({ ...shown, ...moved }, maker);
    expect((await world.registry.history('shop')).at(-1)?.changes.map(({ member }) => member)).toEqual(['redirect_uris']);
    await approved();
    expect(await world.registry.secrets('shop')).toEqual(before);
  });

  it('brings the secret that it was given in the place of those of that time, and leaves later ones', async () => {
    await toProduction();
    await world.registry.propose({ ...moved, client_secret: 'given-secret-of-the-shop' }, maker);
    await world.registry.propose({ ...moved, client_name: 'Mới' }, maker);
    const told = { member: 'client_secret', after: 'another' };
    expect((await world.registry.compare('shop')).changes).toContainEqual(told);
    const { client_secret: added } = await world.registry.addSecret('shop', maker);
    await approved();
    expect(await secrets()).toEqual([added, 'given-secret-of-the-shop']);
    expect((await world.registry.history('shop')).at(-1)?.changes).toContainEqual(told);
  });

  it('sets the end that it says, but opens no secret again whose end was set to be earlier meanwhile', async () => {
    await toProduction();
    const end = Math.floor(later(86_400_000) / 1000);
    await world.registry.propose({ ...moved, client_secret_expires_at: end }, maker);
    await approved();
    expect(await world.registry.secrets('shop')).toMatchObject([{ expires_at: new Date(end * 1000).toISOString() }]);
    await world.registry.propose({ ...moved, client_secret_expires_at: end + 86_400 }, maker);
    const [secret] = await world.registry.secrets('shop');
    await world.registry.expireSecret('shop', maker, { secretId: secret?.secret_id ?? '', at: later(0) });
    await approved();
    expect(await world.registry.secrets('shop')).toMatchObject([{ state: 'expired' }]);
  });
});

describe('a suspended service', () => {
  it.each([
    ['sandbox', toSandbox],
    ['production', toProduction],
  ] as const)('comes back to %s, where it was', async (state, bring) => {
    await bring();
    await expect(world.registry.suspend('shop', reviewer)).rejects.toMatchObject({ code: 'service_reason_missing' });
    expect(await world.registry.suspend('shop', reviewer, { reason: 'Lộ dữ liệu' })).toMatchObject({ state: 'suspended' });
    expect(await found()).toBeUndefined();
    expect(await world.registry.resume('shop', reviewer, { reason: 'Đã khắc phục' })).toEqual({ client_id: 'shop', state });
    expect(await found()).toMatchObject({ stage: state });
  });

  it('does not come back by an approval', async () => {
    await toProduction();
    await world.registry.propose({ ...shop, client_name: 'Mới' }, maker);
    await world.registry.submit('shop', maker);
    await world.registry.suspend('shop', reviewer, { reason: 'x' });
    expect(await world.registry.approve('shop', reviewer)).toMatchObject({ state: 'suspended' });
    expect(await found()).toBeUndefined();
  });
});

describe('an operator in production', () => {
  it('does not register alone: another operator approves', async () => {
    const production = await openClientWorld({ isProduction: true, mayReachPrivate: false });
    expect(await production.registry.put(shop, operator)).toMatchObject({ state: 'review' });
    expect(await production.directory.find('shop')).toBeUndefined();
    await expect(production.registry.approve('shop', operator)).rejects.toMatchObject({ code: 'service_same_hand' });
    expect(await production.registry.approve('shop', otherOperator)).toEqual({ client_id: 'shop', state: 'production' });
    expect(await production.registry.put({ ...shop, client_name: 'Mới' }, operator)).toMatchObject({ state: 'review' });
    expect(await production.directory.find('shop')).toMatchObject({ client: { name: { vi: 'Cửa hàng' } } });
    await production.close();
  });

  it('registers in one step elsewhere, and the history says that nobody else looked', async () => {
    await world.registry.put(shop, operator);
    expect(await world.registry.history('shop')).toMatchObject([
      { action: 'change', state: 'production', by: 'operator:an', approval: 'not needed: this is not production' },
    ]);
  });
});

describe('the history of a service', () => {
  it('has every step: who, when, what was there before and what after, and why', async () => {
    await world.registry.propose(shop, maker);
    world.clock.advance(1000);
    await world.registry.submit('shop', maker);
    await world.registry.refuse('shop', reviewer, { reason: 'Sai tên' });
    await world.registry.propose({ ...shop, client_name: 'Đúng tên' }, maker);
    const entries = await world.registry.history('shop');
    expect(entries.map(({ action, by, state }) => [action, by, state])).toEqual([
      ['change', maker.id, 'draft'],
      ['submit for sandbox', maker.id, 'review'],
      ['refuse', reviewer.id, 'draft'],
      ['change', maker.id, 'draft'],
    ]);
    expect(entries[2]).toMatchObject({ reason: 'Sai tên', via: 'test' });
    expect(entries[3]?.changes).toEqual([{ member: 'client_name', before: 'Cửa hàng', after: 'Đúng tên' }]);
    expect((entries[1]?.at ?? 0) - (entries[0]?.at ?? 0)).toBe(1000);
  });

  it('never holds a secret, given, generated or added', async () => {
    const { client_secret: first } = await world.registry.put({ ...shop, client_secret: 'given-secret-of-the-shop' });
    const { client_secret: added } = await world.registry.addSecret('shop', operator);
    const { client_secret: generated } = await world.registry.put({ ...shop, client_id: 'other' });
    const told = JSON.stringify([await world.registry.history('shop'), await world.registry.history('other')]);
    expect(first).toBeUndefined();
    for (const secret of ['given-secret-of-the-shop', added, generated]) expect(told).not.toContain(secret);
    expect(told).toContain('client_secret');
  });

  it('has entries in the order of their writing, also when the clock stands still', async () => {
    for (let n = 0; n < 12; n += 1) await world.registry.put({ ...shop, client_name: `Tên ${n}` });
    const names = (await world.registry.history('shop')).map(
      ({ changes }) => changes.find(({ member }) => member === 'client_name')?.after,
    );
    expect(names).toEqual(Array.from({ length: 12 }, (_, n) => `Tên ${n}`));
  });

  it('has no entry where nothing changed: a demo that registers at every start', async () => {
    const { client_secret: secret } = await world.registry.put(shop);
    const before = await world.registry.look('shop');
    world.clock.advance(1000);
    expect(await world.registry.put({ ...shop, client_secret: secret })).toEqual({ client_id: 'shop' });
    expect(await world.registry.look('shop')).toEqual(before);
    expect(await world.registry.history('shop')).toHaveLength(1);
  });

  it('is none of a service that is none', async () => {
    await expect(world.registry.history('none')).rejects.toMatchObject({ code: 'client_not_found' });
  });
});

it('states that nobody can sign in at are those that the directory does not know', () => {
  expect(
    Object.entries(signsIn)
      .filter(([, who]) => who === 'nobody')
      .map(([state]) => state),
  ).toEqual(['draft', 'review', 'suspended']);
});
