import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Change, CommitConflict, collection, type Store, StoreUnavailable, sweptAfterMs, write } from '#src/kernel/store.ts';
import { TestClock } from '#test/support/test-clock.ts';

export interface Thing {
  readonly id: string;
  readonly colour?: string | undefined;
  readonly tags?: readonly string[];
  readonly count?: number;
  readonly parts?: Readonly<Record<string, unknown>>;
  readonly expiresAt?: number | undefined;
}

export const things = collection<Thing>()({
  name: 'things',
  lifetime: 'expires',
  durability: 'flushed',
  indexes: { colour: { on: 'colour' }, tag: { on: 'tags' }, big: { on: 'colour', where: { count: 9 } } },
});
export const others = collection<Thing>()({ name: 'others', lifetime: 'kept', durability: 'buffered' });

/** What every engine of the store port must do; `open` gives an empty store on this clock. */
export function storeContract(open: (clock: TestClock) => Promise<Store>): void {
  let store: Store;
  let clock: TestClock;
  beforeEach(async () => {
    clock = new TestClock();
    store = await open(clock);
  });
  afterEach(() => store.close());

  describe('reading and writing', () => {
    it('gives back what was written, and nobody who reads or wrote it can change it for others', async () => {
      const thing: Thing = { id: 'a', colour: 'đỏ', parts: { x: { y: [1, null, 'ế'] } } };
      expect(await store.insert(things, thing)).toBe(true);
      const read = await store.get(things, 'a');
      expect(read).toEqual(thing);
      const written = structuredClone(thing);
      for (const mine of [read, thing] as { colour: string; parts: Record<string, { y: unknown[] }> }[]) {
        Reflect.set(mine, 'colour', 'changed');
        Reflect.set(mine.parts['x']?.y ?? [], 0, 'changed');
      }
      expect(await store.get(things, 'a')).toEqual(written);
    });

    it('does not insert over a live document', async () => {
      await store.insert(things, { id: 'a', colour: 'red' });
      expect(await store.insert(things, { id: 'a', colour: 'blue' })).toBe(false);
      expect((await store.get(things, 'a'))?.colour).toBe('red');
    });

    it('inserts many, names the ones that were there, and leaves those alone; an expired one is not there', async () => {
      await store.insert(things, { id: 'b', colour: 'old', tags: ['x'] });
      await store.insert(things, { id: 'c', colour: 'old', tags: ['x'], expiresAt: clock.now() + 1000 });
      clock.advance(1001);
      const many = ['a', 'b', 'c', 'd'].map((id) => ({ id, colour: 'new' }));
      expect(await store.insertMany(things, many)).toEqual(['b']);
      expect((await store.getMany(things, ['a', 'b', 'c', 'd'])).map(({ colour }) => colour)).toEqual(['new', 'old', 'new', 'new']);
      expect((await store.find(things, 'colour', 'new')).map(({ id }) => id)).toEqual(['a', 'c', 'd']);
      expect((await store.find(things, 'tag', 'x')).map(({ id }) => id)).toEqual(['b']);
      expect(await store.insertMany(things, [])).toEqual([]);
    });

    it('of many inserts of the same documents at once each is made once', async () => {
      const many = Array.from({ length: 50 }, (_, n) => ({ id: `many-${n}` }));
      for (const collection of [things, others]) {
        const there = await Promise.all(Array.from({ length: 8 }, () => store.insertMany(collection, many)));
        expect(there.flat()).toHaveLength(7 * 50);
      }
    });

    it('upserts, removes, and says whether there was something to remove', async () => {
      await store.upsert(things, { id: 'a', colour: 'red' });
      await store.upsert(things, { id: 'a', colour: 'blue' });
      expect((await store.get(things, 'a'))?.colour).toBe('blue');
      expect(await store.remove(things, 'a')).toBe(true);
      expect(await store.remove(things, 'a')).toBe(false);
      expect(await store.get(things, 'a')).toBeUndefined();
    });

    it('gives many in the order asked, without the missing ones', async () => {
      for (const id of ['a', 'b', 'c']) await store.insert(things, { id });
      expect((await store.getMany(things, ['c', 'x', 'a'])).map(({ id }) => id)).toEqual(['c', 'a']);
    });

    it('takes ids and texts of every kind, and a megabyte', async () => {
      for (const id of ["'; DROP TABLE things; --", 'ấế\u0000\u202e', '../../etc', '$where', ' ', 'a'.repeat(500)]) {
        const thing: Thing = { id, colour: `c${'x'.repeat(id.length)}` };
        expect(await store.insert(things, thing)).toBe(true);
        expect(await store.get(things, id)).toEqual(thing);
      }
      const large: Thing = { id: 'large', colour: 'ệ'.repeat(500_000) };
      await store.insert(others, large);
      expect(await store.get(others, 'large')).toEqual(large);
    });

    it('scans and finds page by page in the order of ids', async () => {
      for (const id of ['d', 'b', 'a', 'c']) await store.insert(things, { id, colour: 'red', tags: ['x', id] });
      const first = await store.find(things, 'colour', 'red', { limit: 3 });
      expect(first.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
      expect((await store.find(things, 'colour', 'red', { after: 'c', limit: 3 })).map(({ id }) => id)).toEqual(['d']);
      expect((await store.find(things, 'tag', 'b')).map(({ id }) => id)).toEqual(['b']);
      expect((await store.scan(things, { after: 'b', limit: 9 })).map(({ id }) => id)).toEqual(['c', 'd']);
    });

    it('an index that is narrowed holds only what is as declared', async () => {
      await store.insert(things, { id: 'a', colour: 'red', count: 9 });
      await store.insert(things, { id: 'b', colour: 'red', count: 8 });
      await store.insert(things, { id: 'c', colour: 'red' });
      expect((await store.find(things, 'big', 'red')).map(({ id }) => id)).toEqual(['a']);
      await store.patch(things, 'b', {}, { increment: { count: 1 } });
      await store.patch(things, 'a', {}, { unset: ['count'] });
      expect((await store.find(things, 'big', 'red')).map(({ id }) => id)).toEqual(['b']);
    });

    it('gives a page that weighs more than one answer of an engine holds', async () => {
      for (let n = 0; n < 6; n += 1) await store.insert(others, { id: `n${n}`, colour: 'x'.repeat(4_000_000) });
      expect((await store.scan(others, { limit: 10 })).map(({ id }) => id)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4', 'n5']);
      expect(await store.getMany(others, ['n5', 'n0', 'n4', 'n1', 'n3', 'n2'])).toHaveLength(6);
    });

    it('an index follows every change and removal', async () => {
      await store.insert(things, { id: 'a', colour: 'red', tags: ['x', 'y'] });
      await store.patch(things, 'a', {}, { set: { colour: 'blue' }, unset: ['tags'] });
      expect(await store.find(things, 'colour', 'red')).toEqual([]);
      expect(await store.find(things, 'tag', 'x')).toEqual([]);
      expect((await store.find(things, 'colour', 'blue')).map(({ id }) => id)).toEqual(['a']);
      await store.remove(things, 'a');
      expect(await store.find(things, 'colour', 'blue')).toEqual([]);
    });

    it('a find that no declared index serves does not compile', () => {
      // @ts-expect-error `count` is not an index of things
      expect(() => store.find(things, 'count', '1')).toBeDefined();
    });
  });

  describe('patches', () => {
    it('apply only when every expected member is as expected; undefined expects it absent', async () => {
      await store.insert(things, { id: 'a', count: 1 });
      expect((await store.patch(things, 'a', { colour: undefined, count: 1 }, { set: { colour: 'red' } })).outcome).toBe('patched');
      const lost = await store.patch(things, 'a', { colour: undefined }, { set: { colour: 'blue' } });
      expect(lost).toEqual({ outcome: 'conflict', document: { id: 'a', count: 1, colour: 'red' } });
      expect((await store.patch(things, 'x', {}, { set: { colour: 'blue' } })).outcome).toBe('missing');
    });

    it('count up, take members away, and never change the id', async () => {
      await store.insert(things, { id: 'a', colour: 'red' });
      const result = await store.patch(things, 'a', {}, {
        increment: { count: 3 },
        unset: ['colour'],
        set: { id: 'b' },
      } as Change<Thing>);
      expect(result).toEqual({ outcome: 'patched', document: { id: 'a', count: 3 } });
    });

    it('merge entries of two writers without losing either', async () => {
      await store.insert(things, { id: 'a', parts: { kept: 1 } });
      await Promise.all(Array.from({ length: 50 }, (_, n) => store.patch(things, 'a', {}, { merge: { parts: { [`p${n}`]: n } } })));
      expect(Object.keys((await store.get(things, 'a'))?.parts ?? {})).toHaveLength(51);
    });

    it('refuse entry names that could mean something to an engine', async () => {
      await store.insert(things, { id: 'a' });
      for (const name of ['$set', 'a.b', '', 'a b', '__proto__ '])
        await expect(store.patch(things, 'a', {}, { merge: { parts: { [name]: 1 } } })).rejects.toThrow(TypeError);
      expect(await store.get(things, 'a')).toEqual({ id: 'a' });
    });
  });

  describe('amendments', () => {
    const red = { set: { colour: 'red' } } as const;

    it('are patches that say only whether they applied', async () => {
      await store.insert(things, { id: 'a', count: 1, parts: { one: 1 } });
      expect(await store.amend(things, 'a', { colour: undefined, count: 1 }, { ...red, merge: { parts: { two: 2 } } })).toBe(true);
      expect(await store.amend(things, 'a', { colour: undefined }, { set: { colour: 'blue' } })).toBe(false);
      expect(await store.amend(things, 'a', { parts: { two: 2, one: 1 } }, { increment: { count: 1 } })).toBe(true);
      expect(await store.amend(things, 'x', {}, red)).toBe(false);
      expect(await store.get(things, 'a')).toEqual({ id: 'a', count: 2, colour: 'red', parts: { one: 1, two: 2 } });
      expect(await store.get(things, 'x')).toBeUndefined();
    });

    it('move the expiry, and change nothing that has expired', async () => {
      await store.insert(things, { id: 'a', expiresAt: clock.now() + 10 });
      expect(await store.amend(things, 'a', {}, { set: { expiresAt: clock.now() + 20 } })).toBe(true);
      clock.advance(15);
      expect(await store.amend(things, 'a', {}, red)).toBe(true);
      clock.advance(5);
      expect(await store.amend(things, 'a', {}, red)).toBe(false);
    });

    it('of 200 at once one wins', async () => {
      await store.insert(things, { id: 'code' });
      const results = await Promise.all(
        Array.from({ length: 200 }, (_, n) => store.amend(things, 'code', { count: undefined }, { set: { count: n } })),
      );
      expect(results.filter(Boolean)).toHaveLength(1);
      expect((await store.get(things, 'code'))?.count).toBe(results.indexOf(true));
    });
  });

  it('many writes at once each have their own outcome, and what was refused leaves nothing', async () => {
    const each = Array.from({ length: 20 }, (_, n) => String(n).padStart(2, '0'));
    for (const n of each) {
      await store.insert(things, { id: `free-${n}`, colour: 'red' });
      await store.insert(things, { id: `used-${n}`, colour: 'red', count: 1 });
      await store.insert(things, { id: `dead-${n}`, colour: 'red', expiresAt: clock.now() + 10 });
      await store.insert(things, { id: `gone-${n}`, colour: 'red', expiresAt: clock.now() + 10 });
    }
    clock.advance(10);
    const use = (id: string): Promise<boolean> =>
      store.amend(things, id, { colour: 'red', count: undefined }, { set: { count: 7 }, merge: { parts: { p: 1 } } });
    const outcomes = await Promise.all(
      each.map((n) =>
        Promise.all([
          use(`free-${n}`),
          use(`used-${n}`),
          use(`dead-${n}`),
          use(`none-${n}`),
          store.insert(things, { id: `used-${n}-new`, colour: 'green' }),
          store.insert(things, { id: `gone-${n}`, colour: 'green' }),
          store.insert(things, { id: `used-${n}`, colour: 'green' }),
          store.upsert(things, { id: `put-${n}`, colour: 'green' }),
        ]),
      ),
    );
    for (const outcome of outcomes) expect(outcome).toEqual([true, false, false, false, true, true, false, undefined]);
    const red = each.flatMap((n) => [{ id: `free-${n}`, colour: 'red', count: 7, parts: { p: 1 } }]);
    const used = each.map((n) => ({ id: `used-${n}`, colour: 'red', count: 1 }));
    expect(await store.find(things, 'colour', 'red')).toEqual([...red, ...used]);
    expect((await store.scan(things, { limit: 1000 })).map(({ id }) => id)).toEqual(
      each.flatMap((n) => [`free-${n}`, `gone-${n}`, `put-${n}`, `used-${n}`, `used-${n}-new`]).sort(),
    );
    expect(
      await store.getMany(
        things,
        each.map((n) => `none-${n}`),
      ),
    ).toEqual([]);
    expect(await Promise.all(each.map((n) => store.remove(things, `none-${n}`)))).toEqual(each.map(() => false));
    expect(await Promise.all(each.map((n) => store.insert(things, { id: `none-${n}` })))).toEqual(each.map(() => true));
    expect(await store.get(things, 'none-00')).toEqual({ id: 'none-00' });
  });

  describe('what a document may hold', () => {
    const kept: readonly (readonly [string, unknown])[] = [
      [
        'numbers of every size',
        { a: 0, b: -1, c: 2 ** 31, d: Number.MAX_SAFE_INTEGER, e: Number.MIN_SAFE_INTEGER, f: 0.1, g: 1e300 },
      ],
      ['keys that mean something elsewhere', { $set: 1, 'a.b': { $gt: '', '': 2 }, $where: 'x', constructor: 1, id: 2, _id: 3 }],
      ['a key named __proto__', JSON.parse('{"__proto__":{"polluted":true},"x":{"__proto__":1}}')],
      ['lists in lists, nulls and nothing', [[], [[1, [null]]], {}, '', null, false]],
      [
        'texts of every script',
        { 'tiếng Việt': 'Nguyễn Thị Ế', emoji: '🪷\u{1F1FB}\u{1F1F3}', control: '\u0000\u001f\u2028', rtl: '\u202eabc' },
      ],
      ['an object that looks like a date or an id', { $date: '2026-01-01', $oid: '0'.repeat(24), $ref: 'x', $id: 1, $db: 'y' }],
    ];
    it.each(kept)('%s: inserted, patched and committed alike', async (_name, value) => {
      const parts = { value };
      await store.insert(others, { id: 'inserted', parts });
      await store.upsert(others, { id: 'upserted', parts });
      await store.insert(others, { id: 'patched' });
      expect(await store.patch(others, 'patched', {}, { set: { parts } })).toEqual({
        outcome: 'patched',
        document: { id: 'patched', parts },
      });
      await store.insert(others, { id: 'merged' });
      await store.patch(others, 'merged', {}, { merge: { parts } });
      await store.commit([
        write.insert(others, { id: 'committed', parts }),
        write.patch(others, 'patched', { parts }, { set: { count: 1 } }),
      ]);
      for (const id of ['inserted', 'upserted', 'merged', 'committed'])
        expect(JSON.stringify(await store.get(others, id)), id).toBe(JSON.stringify({ id, parts }));
      expect(Object.getPrototypeOf((await store.get(others, 'inserted'))?.parts?.['value'])).not.toHaveProperty('polluted');
    });

    it('undefined members are dropped, as JSON does', async () => {
      await store.insert(things, { id: 'a', colour: undefined, parts: { x: undefined, y: [undefined] } });
      expect(JSON.stringify(await store.get(things, 'a'))).toBe('{"id":"a","parts":{"y":[null]}}');
      await store.patch(things, 'a', {}, { set: { parts: undefined, colour: 'red' } } as unknown as Change<Thing>);
      expect(JSON.stringify(await store.get(things, 'a'))).toBe('{"id":"a","colour":"red"}');
    });
  });

  describe('expectations', () => {
    const stored = { list: ['a', { k: 1 }], map: { x: 1, y: { z: null } }, text: 'a', nothing: null, zero: 0 };
    const doc = (members: object) => ({ id: 'a', ...members }) as Thing;
    const holds = async (expect: object): Promise<boolean> =>
      (await store.patch(others, 'a', expect as Thing, { increment: { count: 1 } })).outcome === 'patched';
    beforeEach(() => store.upsert(others, doc(stored)));

    it.each([
      [{ list: ['a', { k: 1 }] }],
      [{ map: { y: { z: null }, x: 1 } }],
      [{ text: 'a', zero: 0, absent: undefined }],
      [{ nothing: null }],
      [{ id: 'a' }],
      [stored],
    ])('hold for equal values, deeply: %j', async (expected) => {
      expect(await holds(expected)).toBe(true);
    });

    it.each([
      [{ list: 'a' }],
      [{ list: ['a'] }],
      [{ list: [{ k: 1 }, 'a'] }],
      [{ list: { k: 1 } }],
      [{ list: ['a', { k: 1 }, 'b'] }],
      [{ list: null }],
      [{ map: { x: 1 } }],
      [{ map: { x: 1, y: {} } }],
      [{ map: { x: 1, y: { z: null }, more: 1 } }],
      [{ map: {} }],
      [{ map: [] }],
      [{ text: ['a'] }],
      [{ text: { $gt: '' } }],
      [{ text: { $ne: null } }],
      [{ text: null }],
      [{ nothing: undefined }],
      [{ zero: false }],
      [{ zero: '0' }],
      [{ zero: null }],
      [{ absent: null }],
      [{ absent: {} }],
      [{ id: 'b' }],
    ])('do not hold for anything else, whatever it means to an engine: %j', async (expected) => {
      expect(await holds(expected)).toBe(false);
      expect(await store.get(others, 'a')).toEqual(doc(stored));
    });

    it('mean the same in a commit', async () => {
      const patch = (expected: object) => write.patch(others, 'a', expected as Thing, { set: { count: 1 } });
      for (const expected of [{ text: { $ne: null } }, { list: 'a' }, { nothing: undefined }])
        for (const writes of [[patch(expected)], [write.upsert(others, { id: 'b' }), patch(expected)]])
          await expect(store.commit(writes)).rejects.toMatchObject({ documentId: 'a' });
      expect(await store.get(others, 'b')).toBeUndefined();
      await store.commit([write.upsert(others, { id: 'b' }), patch({ list: ['a', { k: 1 }] })]);
      expect((await store.get(others, 'a'))?.count).toBe(1);
    });
  });

  describe('one change with several parts', () => {
    const before: Thing = { id: 'a', colour: 'red', count: 5, parts: { kept: 1, gone: 2 } };
    it.each([
      [
        { set: { count: 1 }, increment: { count: 2 } },
        { colour: 'red', count: 3, parts: { kept: 1, gone: 2 } },
      ],
      [
        { unset: ['count'], increment: { count: 2 } },
        { colour: 'red', count: 2, parts: { kept: 1, gone: 2 } },
      ],
      [
        { set: { parts: { new: 1 } }, merge: { parts: { more: 2 } } },
        { colour: 'red', count: 5, parts: { new: 1, more: 2 } },
      ],
      [
        { unset: ['parts'], merge: { parts: { more: 2 } } },
        { colour: 'red', count: 5, parts: { more: 2 } },
      ],
      [{ merge: { parts: { gone: undefined, kept: 3, '0': 0 } } }, { colour: 'red', count: 5, parts: { kept: 3, '0': 0 } }],
      [
        { set: { colour: 'blue' }, unset: ['colour'] },
        { count: 5, parts: { kept: 1, gone: 2 } },
      ],
      [{}, { colour: 'red', count: 5, parts: { kept: 1, gone: 2 } }],
    ])('%j', async (change, after) => {
      await store.upsert(things, before);
      const result = await store.patch(things, 'a', {}, change as Change<Thing>);
      expect(result).toMatchObject({ outcome: 'patched' });
      expect(await store.get(things, 'a')).toEqual({ id: 'a', ...after });
    });
  });

  describe('expiry', () => {
    it('an expired document does not exist, for anybody', async () => {
      await store.insert(things, { id: 'a', colour: 'red', expiresAt: clock.now() + 1000 });
      clock.advance(1000);
      expect(await store.get(things, 'a')).toBeUndefined();
      expect(await store.getMany(things, ['a'])).toEqual([]);
      expect(await store.find(things, 'colour', 'red')).toEqual([]);
      expect(await store.scan(things, { limit: 9 })).toEqual([]);
      expect((await store.patch(things, 'a', {}, { set: { colour: 'blue' } })).outcome).toBe('missing');
      expect(await store.remove(things, 'a')).toBe(false);
      expect(await store.insert(things, { id: 'a', colour: 'green' })).toBe(true);
    });

    it('of 50 who insert over one expired document one wins', async () => {
      await store.insert(things, { id: 'a', expiresAt: clock.now() + 10 });
      clock.advance(10);
      const expiresAt = clock.now() + 1000;
      const won = await Promise.all(Array.from({ length: 50 }, (_, n) => store.insert(things, { id: 'a', count: n, expiresAt })));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect((await store.get(things, 'a'))?.count).toBe(won.indexOf(true));
    });

    it('counts in commits and for the next patch', async () => {
      await store.insert(things, { id: 'a', expiresAt: clock.now() + 10 });
      const patch = write.patch(things, 'a', {}, { set: { colour: 'blue' } });
      clock.advance(10);
      await expect(store.commit([write.upsert(others, { id: 'b' }), patch])).rejects.toBeInstanceOf(CommitConflict);
      await store.commit([write.insert(things, { id: 'a', colour: 'green' }), write.upsert(others, { id: 'b' })]);
      expect((await store.patch(things, 'a', {}, { set: { expiresAt: clock.now() + 5 } })).outcome).toBe('patched');
      clock.advance(5);
      expect(await store.get(things, 'a')).toBeUndefined();
    });

    it('pages are full of living documents', async () => {
      for (const id of ['a', 'b', 'c', 'd'])
        await store.insert(things, { id, colour: 'red', ...(id < 'c' ? { expiresAt: clock.now() + 10 } : {}) });
      clock.advance(10);
      for (const page of [await store.find(things, 'colour', 'red', { limit: 2 }), await store.scan(things, { limit: 2 })])
        expect(page.map(({ id }) => id)).toEqual(['c', 'd']);
    });

    it('sweeping takes what has expired for longer than clocks differ, and nothing else', async () => {
      for (let n = 0; n < 10; n += 1) await store.insert(things, { id: `old${n}`, colour: 'red', expiresAt: clock.now() + 10 });
      await store.insert(things, { id: 'young', colour: 'red', expiresAt: clock.now() + sweptAfterMs + 100 });
      await store.insert(things, { id: 'kept', colour: 'red' });
      clock.advance(sweptAfterMs + 9);
      expect(await store.sweep(4)).toBe(0);
      clock.advance(1);
      expect(await store.sweep(4)).toBe(4);
      expect(await store.sweep(100)).toBe(6);
      expect((await store.scan(things, { limit: 9 })).map(({ id }) => id)).toEqual(['kept', 'young']);
    });

    it('sweeping takes nothing that was written again meanwhile', async () => {
      for (let n = 0; n < 5; n += 1) await store.insert(things, { id: `old${n}`, expiresAt: clock.now() + 10 });
      clock.advance(sweptAfterMs + 10);
      const [swept, again] = await Promise.all([store.sweep(3), store.insert(things, { id: 'old0', count: 1 })]);
      expect([swept > 0, again]).toEqual([true, true]);
      expect(await store.get(things, 'old0')).toEqual({ id: 'old0', count: 1 });
    });
  });

  describe('commits', () => {
    it('write all or nothing', async () => {
      await store.insert(things, { id: 'taken' });
      const refused = store.commit([
        write.insert(others, { id: 'new' }),
        write.insert(things, { id: 'taken' }),
        write.upsert(others, { id: 'later' }),
      ]);
      await expect(refused).rejects.toMatchObject({ documentId: 'taken' });
      await expect(refused).rejects.toBeInstanceOf(CommitConflict);
      expect(await store.scan(others, { limit: 9 })).toEqual([]);
      await store.commit([
        write.insert(others, { id: 'new' }),
        write.patch(things, 'taken', {}, { set: { colour: 'red' } }),
        write.remove(others, 'none'),
      ]);
      expect((await store.get(things, 'taken'))?.colour).toBe('red');
    });

    it('a refused commit undoes only itself, not its neighbours of the same moment', async () => {
      await store.insert(things, { id: 'taken' });
      const outcomes = await Promise.allSettled([
        store.insert(things, { id: 'before' }),
        store.commit([write.upsert(things, { id: 'half' }), write.insert(things, { id: 'taken' })]),
        store.insert(things, { id: 'after' }),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect((await store.scan(things, { limit: 9 })).map(({ id }) => id)).toEqual(['after', 'before', 'taken']);
    });
  });

  describe('races', () => {
    it('of 200 parallel consumers of one code one wins', async () => {
      await store.insert(things, { id: 'code' });
      const results = await Promise.all(
        Array.from({ length: 200 }, (_, n) => store.patch(things, 'code', { count: undefined }, { set: { count: n } })),
      );
      expect(results.filter(({ outcome }) => outcome === 'patched')).toHaveLength(1);
    });

    it('of 100 parallel inserts of one id one wins', async () => {
      const results = await Promise.all(Array.from({ length: 100 }, (_, n) => store.insert(things, { id: 'one', count: n })));
      expect(results.filter(Boolean)).toHaveLength(1);
    });

    it('of 20 parallel commits that need the same document one wins, and the others leave nothing', async () => {
      await store.insert(things, { id: 'slot' });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          store.commit([
            write.insert(others, { id: `mine${n}` }),
            write.patch(things, 'slot', { count: undefined }, { set: { count: n } }),
          ]),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(CommitConflict);
      expect((await store.scan(others, { limit: 30 })).map(({ id }) => id)).toEqual([
        `mine${(await store.get(things, 'slot'))?.count}`,
      ]);
    });

    it('20 parallel commits that insert one id: one wins', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          store.commit([write.upsert(others, { id: `m${n}` }), write.insert(things, { id: 'one' })]),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await store.scan(others, { limit: 30 })).toHaveLength(1);
    });

    it('100 parallel increments add up', async () => {
      await store.insert(things, { id: 'sum', count: 0 });
      await Promise.all(Array.from({ length: 100 }, () => store.patch(things, 'sum', {}, { increment: { count: 1 } })));
      expect((await store.get(things, 'sum'))?.count).toBe(100);
    });
  });

  it('a closed store says so', async () => {
    await store.close();
    await expect(store.get(things, 'a')).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.insert(things, { id: 'a' })).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.ping()).rejects.toBeInstanceOf(StoreUnavailable);
  });

  it('behaves like a plain map under any sequence of operations', async () => {
    const id = fc.constantFrom('a', 'b', 'c');
    const colour = fc.constantFrom('red', 'blue');
    const step = fc.oneof(
      fc.record({ kind: fc.constant('insert' as const), id, colour }),
      fc.record({ kind: fc.constant('upsert' as const), id, colour }),
      fc.record({ kind: fc.constant('patch' as const), id, expect: fc.option(colour, { nil: undefined }), colour }),
      fc.record({ kind: fc.constant('remove' as const), id }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        for (const { id: each } of await store.scan(things, { limit: 100 })) await store.remove(things, each);
        const model = new Map<string, string>();
        for (const each of steps) {
          const known = model.get(each.id);
          if (each.kind === 'insert') {
            expect(await store.insert(things, { id: each.id, colour: each.colour })).toBe(known === undefined);
            if (known === undefined) model.set(each.id, each.colour);
          } else if (each.kind === 'upsert') {
            await store.upsert(things, { id: each.id, colour: each.colour });
            model.set(each.id, each.colour);
          } else if (each.kind === 'patch') {
            const wanted = known === undefined ? 'missing' : known === each.expect ? 'patched' : 'conflict';
            expect((await store.patch(things, each.id, { colour: each.expect }, { set: { colour: each.colour } })).outcome).toBe(
              wanted,
            );
            if (wanted === 'patched') model.set(each.id, each.colour);
          } else {
            expect(await store.remove(things, each.id)).toBe(known !== undefined);
            model.delete(each.id);
          }
        }
        const found = await store.scan(things, { limit: 100 });
        expect(found.map((thing) => [thing.id, thing.colour])).toEqual([...model].sort());
        for (const value of ['red', 'blue'])
          expect((await store.find(things, 'colour', value)).map((thing) => thing.id)).toEqual(
            [...model]
              .filter(([, held]) => held === value)
              .map(([key]) => key)
              .sort(),
          );
      }),
      { numRuns: 60 },
    );
  });
}
