import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leases } from '#src/background/collections.ts';
import { createLeases } from '#src/background/leases.ts';
import { type Store, versionOf, write } from '#src/kernel/store.ts';
import { migrations } from '#src/storage/migrations/collections.ts';
import { migrate } from '#src/storage/migrations/migrate.ts';
import { upgradeOnRead } from '#src/storage/migrations/upgrading-store.ts';
import { type Engines, engineNames, openPlace, startEngines } from '#test/support/engines.ts';
import { MovingClock } from '#test/support/moving-clock.ts';
import { type Card, cardsBefore, cardsNow } from '#test/support/versioned-collections.ts';

const before = [cardsBefore, leases, migrations] as never;
const now = [cardsNow, leases, migrations] as never;
const child = fileURLToPath(new URL('../support/migrate-child.ts', import.meta.url));

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stop());

describe.each(engineNames)('documents of two versions on %s', (engine) => {
  let place: string;
  let old: Store;
  let kept: Store;
  let fresh: Store;

  async function openBoth(): Promise<void> {
    place = engines.newPlace(engine);
    old = upgradeOnRead(await openPlace(place, before), before);
    kept = await openPlace(place, now);
    fresh = upgradeOnRead(kept, now);
  }
  const closeBoth = () => Promise.all([old.close(), kept.close()]);
  const migrateNow = (store: Store, hold = async () => true, seen: number[] = []) =>
    migrate({ store, collections: now, hold, progress: (_name, count) => seen.push(count) });

  it('are read and written by both versions side by side, and neither loses what the other wrote', async () => {
    await openBoth();
    await old.insertMany(cardsBefore, [
      { id: 'a', points: 120 },
      { id: 'b', points: 3 },
    ]);
    const a = { id: 'a', points: 120, tier: 'gold', schema: 2 };
    expect(await fresh.get(cardsNow, 'a')).toEqual(a);
    expect(await fresh.getMany(cardsNow, ['a'])).toEqual([a]);
    expect((await fresh.scan(cardsNow, { limit: 9 })).map(({ tier }) => tier)).toEqual(['gold', 'plain']);
    // nothing was written by that
    expect(await kept.get(cardsNow, 'a')).toEqual({ id: 'a', points: 120 });

    // what the later version says of a document of the earlier one holds, also after the earlier one changes another member
    expect(await fresh.patch(cardsNow, 'b', { points: 3 }, { set: { tier: 'gold' } })).toMatchObject({
      outcome: 'patched',
      document: { points: 3, tier: 'gold', schema: 2 },
    });
    await old.patch(cardsBefore, 'b', {}, { increment: { points: 4 } });
    expect(await fresh.get(cardsNow, 'b')).toMatchObject({ points: 7, tier: 'gold' });
    expect(await fresh.patch(cardsNow, 'b', { points: 1 }, {})).toMatchObject({
      outcome: 'conflict',
      document: { points: 7, schema: 2 },
    });

    // the earlier version reads what the later one wrote, and a copy that it writes back is still of the later one
    await fresh.commit([write.insert(cardsNow, { id: 'c', points: 1, tier: 'gold' }), write.remove(cardsNow, 'a')]);
    const c = await old.get(cardsBefore, 'c');
    expect(c).toMatchObject({ points: 1 });
    await old.upsert(cardsBefore, { ...(c as Card), points: 2 });
    expect(await kept.get(cardsNow, 'c')).toEqual({ id: 'c', points: 2, tier: 'gold', schema: 2 });
    await fresh.insert(cardsNow, { id: 'd', points: 1, tier: 'plain' });
    await fresh.insertMany(cardsNow, [{ id: 'e', points: 1, tier: 'plain' }]);
    await fresh.upsert(cardsNow, { id: 'f', points: 1, tier: 'plain' });
    expect((await kept.getMany(cardsNow, ['d', 'e', 'f'])).map(({ schema }) => schema)).toEqual([2, 2, 2]);
    // what a later version wrote stays of that version
    const later = { id: 'g', points: 1, schema: 3 };
    await fresh.upsert(cardsNow, later);
    expect(await fresh.get(cardsNow, 'g')).toEqual(later);
    await closeBoth();
  });

  it('are brought to the later version once, while the earlier one goes on writing', async () => {
    await openBoth();
    await old.insertMany(
      cardsBefore,
      Array.from({ length: 1000 }, (_, n) => ({ id: `c${String(n).padStart(4, '0')}`, points: n })),
    );
    await fresh.patch(cardsNow, 'c0005', {}, { set: { tier: 'gold' } });
    const counting = (async () => {
      for (let n = 0; n < 1000; n += 1)
        await old.patch(cardsBefore, `c${String(n).padStart(4, '0')}`, {}, { increment: { points: 1000 } });
    })();
    expect(await migrateNow(kept)).toEqual({ cards: 1000 });
    await counting;
    const all = await kept.scan(cardsNow, { limit: 2000 });
    expect(all.every(({ points, schema }, n) => points === 1000 + n && schema === versionOf(cardsNow))).toBe(true);
    // each says what its points were at one moment, never a mixture
    expect(all.filter(({ tier }, n) => tier !== 'gold' && n >= 100)).toEqual([]);
    expect(all[5]?.tier).toBe('gold');
    expect(await migrateNow(kept)).toEqual({ cards: 0 });
    await closeBoth();
  });

  it('are brought on from where a run was killed, and no other run begins while it may be alive', async () => {
    await openBoth();
    await old.insertMany(
      cardsBefore,
      Array.from({ length: 4000 }, (_, n) => ({ id: `c${String(n).padStart(4, '0')}`, points: n })),
    );
    const running = spawn(process.execPath, [child, place], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve) => {
      running.stdout.on('data', (text: Buffer) => {
        if (Number(text.toString().trim().split('\n').at(-1)) >= 800) running.kill('SIGKILL');
      });
      running.once('exit', () => resolve());
    });
    const cutOff = await kept.get(migrations, 'cards');
    expect(cutOff?.seen).toBeGreaterThanOrEqual(600);

    const clock = new MovingClock();
    const next = createLeases({ store: kept, clock }, 'next');
    const hold = () => next.hold('migrate', 30_000);
    await expect(migrateNow(kept, hold)).rejects.toMatchObject({ code: 'migration_under_way' });
    clock.advance(31_001);
    const seen: number[] = [];
    expect(await migrateNow(kept, hold, seen)).toEqual({ cards: expect.any(Number) });
    expect(seen[0]).toBe((cutOff?.seen ?? 0) + 200);
    expect(seen.at(-1)).toBe(4000);
    expect((await kept.scan(cardsNow, { limit: 5000 })).filter(({ schema }) => schema !== 2)).toEqual([]);
    expect(await kept.get(migrations, 'cards')).toBeUndefined();
    await closeBoth();
  });
});

it('a store without upgrades is not wrapped', async () => {
  const store = await openPlace('sqlite::memory:', before);
  expect(upgradeOnRead(store, before)).toBe(store);
  await store.close();
});
