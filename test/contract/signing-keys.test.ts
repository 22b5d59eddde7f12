import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Store, StoreUnavailable } from '#src/kernel/store.ts';
import { signingKeys as kept } from '#src/oidc/collections.ts';
import { createSigningKeys, generateSigningKey, type SigningKeys } from '#src/oidc/signing-keys.ts';
import { createSealing } from '#src/storage/sealing-aes.ts';
import { type Engines, engineNames, openPlace, startEngines } from '#test/support/engines.ts';
import { TestClock } from '#test/support/test-clock.ts';

const sealing = createSealing([{ id: 'k1', key: Buffer.alloc(32, 7) }]);
const lives = { publishedBeforeMs: 3600_000, publishedAfterMs: 24 * 3600_000 };

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stop());

describe.each(engineNames)('signing keys on %s', (engine) => {
  let place: string;
  let clock: TestClock;
  let stores: Store[];
  let processes: SigningKeys[];

  beforeEach(async () => {
    clock = new TestClock();
    place = engines.newPlace(engine);
    stores = [];
    for (let n = 0; n < 4; n += 1) stores.push(await openPlace(place, [kept as never], clock));
    processes = stores.map((store) => createSigningKeys({ store, sealing, clock, lives }));
    return async () => {
      await Promise.all(stores.map((store) => store.close()));
    };
  });
  const first = (): SigningKeys => processes[0] as SigningKeys;
  const states = async () => (await first().list()).map(({ alg, state }) => `${alg} ${state}`);
  const kids = async (from = first()) => (await from.load()).map(({ kid }) => kid);

  /** Lets something happen before the first process inserts this document. @returns the function that ends it */
  function beforeInsert(id: string, act: () => Promise<void>): () => void {
    const [store] = stores as [Store];
    const real = store.insert.bind(store);
    store.insert = async (into, document) => {
      if (document.id === id) await act();
      return real(into, document);
    };
    return () => {
      store.insert = real;
    };
  }

  it('are made once by four processes that start at once, and are the same for all', async () => {
    const loaded = await Promise.all(processes.map((each) => kids(each)));
    expect(new Set(loaded.map((each) => each.join())).size).toBe(1);
    expect(loaded[0]).toHaveLength(2);
  });

  it('are published before they sign, sign, are published on, and their private halves are destroyed by the rotation after that', async () => {
    const old = await kids();
    expect(await first().rotate()).toBe(true);
    expect((await states()).sort()).toEqual(['ES256 current', 'ES256 next', 'RS256 current', 'RS256 next']);
    const both = await kids();
    expect(both.slice(0, 2).sort()).toEqual(old.sort());
    clock.advance(lives.publishedBeforeMs);
    expect((await states()).sort()).toEqual(['ES256 current', 'ES256 retired', 'RS256 current', 'RS256 retired']);
    expect((await kids()).slice(0, 2).sort()).toEqual(both.slice(2).sort());
    clock.advance(lives.publishedAfterMs);
    expect((await kids()).sort()).toEqual(both.slice(2).sort());
    await first().rotate();
    expect((await stores[0]?.scan(kept, { limit: 100 }))?.map(({ id }) => id)).toEqual([
      'ES256-1',
      'ES256-2',
      'ES256-3',
      'RS256-2',
      'RS256-3',
    ]);
    const [gone] = (await first().list()).filter(({ state }) => state === 'gone');
    expect(gone).toMatchObject({ alg: 'ES256', destroyedAt: new Date(clock.now()).toISOString() });
    expect(await first().rotate()).toBe(false);
    expect((await first().recordKeys()).map(({ kid }) => kid)).toContain(gone?.kid);
  });

  it('whose private half was destroyed sign nothing any more, whatever a later policy says of how long they are published', async () => {
    await first().load();
    for (const ms of [lives.publishedBeforeMs, lives.publishedAfterMs]) {
      await first().rotate();
      clock.advance(ms);
    }
    await first().rotate();
    const longer = createSigningKeys({ store: stores[0] as Store, sealing, clock, lives: { ...lives, publishedAfterMs: 1e12 } });
    const loaded = await longer.load();
    expect(loaded.filter((key) => key['d'] === undefined)).toEqual([]);
    const records = await longer.recordKeys();
    expect([records.length, loaded.filter(({ alg }) => alg === 'ES256').length]).toEqual([4, 3]);
    expect(JSON.stringify(records)).not.toMatch(/"d":|RS256/);
    const [stored] = (await stores[0]?.scan(kept, { limit: 100 })) ?? [];
    expect(Object.keys(JSON.parse(sealing.open(stored?.jwk ?? '', 'signing_keys/ES256-1/jwk').toString()))).not.toContain('d');
  });

  it('four processes that rotate at once, again and again, make one rotation', async () => {
    await Promise.all(processes.flatMap((each) => [each.rotate(), each.rotate()]));
    await Promise.all(processes.map((each) => each.rotate()));
    expect((await states()).sort()).toEqual(['ES256 current', 'ES256 next', 'RS256 current', 'RS256 next']);
    const loaded = await Promise.all(processes.map((each) => kids(each)));
    expect(new Set(loaded.map((each) => each.join())).size).toBe(1);
  });

  it('a rotation that was killed between its keys is completed by the next run, also when the first one signs by then', async () => {
    await first().load();
    const real = beforeInsert('ES256-2', () => Promise.reject(new StoreUnavailable('killed')));
    await expect(first().rotate()).rejects.toThrow('killed');
    real();
    expect((await states()).sort()).toEqual(['ES256 current', 'RS256 current', 'RS256 next']);
    clock.advance(lives.publishedBeforeMs + 1);
    expect(await first().rotate()).toBe(true);
    expect((await states()).sort()).toEqual(['ES256 current', 'ES256 next', 'RS256 current', 'RS256 retired']);
    expect(await first().rotate()).toBe(false);
    clock.advance(lives.publishedBeforeMs);
    expect(await first().rotate()).toBe(true);
  });

  it('does not let a rotation that slept through another one bring an old key back or make a third', async () => {
    await first().load();
    beforeInsert('RS256-2', async () => {
      await processes[1]?.rotate();
      clock.advance(lives.publishedBeforeMs + 1);
    });
    expect(await first().rotate()).toBe(false);
    expect((await states()).sort()).toEqual(['ES256 current', 'ES256 retired', 'RS256 current', 'RS256 retired']);
  });

  it('takes up a key that a version before made, which says nothing of when it signs', async () => {
    const [store] = stores as [Store];
    const old = generateSigningKey('ES256');
    const jwk = sealing.seal(JSON.stringify(old), 'signing_keys/ES256-1/jwk');
    await store.insert(kept, { id: 'ES256-1', alg: 'ES256', jwk, createdAt: clock.now() - 1000 });
    expect((await kids())[0]).toBe(old.kid);
    await first().rotate();
    clock.advance(lives.publishedBeforeMs);
    expect((await first().list()).find(({ kid }) => kid === old.kid)).toMatchObject({ state: 'retired' });
  });

  it('are never in the store in the clear', async () => {
    await first().rotate();
    const text = JSON.stringify(await stores[0]?.scan(kept, { limit: 100 }));
    expect(text).not.toMatch(/"d":|"kty"/);
  });
});
