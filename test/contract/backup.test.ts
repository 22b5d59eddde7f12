import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collection, type Store } from '#src/kernel/store.ts';
import { type Backup, examineBackup } from '#src/storage/backup/read-backup.ts';
import { type RestoreParts, requireKnown, requireOurs, restoreBackup } from '#src/storage/backup/restore-backup.ts';
import { writeBackup } from '#src/storage/backup/write-backup.ts';
import { confirmInstallation, installationId, installations } from '#src/storage/installation.ts';
import { createSealing } from '#src/storage/sealing-aes.ts';
import { type EngineName, type Engines, engineNames, openPlace, startEngines } from '#test/support/engines.ts';
import { TestClock } from '#test/support/test-clock.ts';
import { others, type Thing, things } from './store-contract.ts';

const codes = collection<Thing>()({ name: 'codes', lifetime: 'expires', durability: 'buffered', restored: 'when-asked' });
const stored = [things, others, codes] as never;
const collections = [installations, things, others, codes] as never;
const sealing = createSealing([{ id: 'k1', key: randomBytes(32) }]);
const otherSealing = createSealing([{ id: 'k1', key: randomBytes(32) }]);
const folder = mkdtempSync(join(tmpdir(), 'senid-backup-'));
let files = 0;
const newFile = (): string => join(folder, `backup-${files++}.gz`);
const quiet = () => undefined;

let engines: Engines;
let clock: TestClock;
beforeAll(async () => {
  engines = await startEngines();
  clock = new TestClock();
});
afterAll(async () => {
  await engines.stop();
  rmSync(folder, { recursive: true, force: true });
});

const openAt = (place: string): Promise<Store> => openPlace(place, collections, clock);
const use = { profile: 'test', storeName: 'it', keyFile: 'keys' } as const;

async function backUp(store: Store, file = newFile(), declared = stored): Promise<string> {
  const mark = await store.get(installations, installationId);
  if (mark === undefined) throw new Error('no mark');
  const createdAt = new Date(clock.now());
  await writeBackup(file, { snapshot: store, mark, collections: declared, sealing, createdAt, progress: quiet }, { force: false });
  return file;
}

const ends = { sessions: 'ended', progress: quiet } as const;
const keeps = { sessions: 'kept', progress: quiet } as const;
const partsOf = (store: Store, run = 'run'): RestoreParts => ({ store, storeName: 'it', clock, collections: stored, run });

/** A store with something of everything, and its backup. */
async function filled(engine: EngineName): Promise<{ readonly store: Store; readonly backup: Backup }> {
  const store = await openAt(engines.newPlace(engine));
  await confirmInstallation({ store, sealing, clock }, use);
  await store.insertMany(
    things,
    Array.from({ length: 1200 }, (_, n) => ({ id: `t${n}`, colour: n % 2 === 0 ? 'đỏ' : 'xanh', count: n })),
  );
  await store.insert(things, { id: 'dead soon', expiresAt: clock.now() + 1000 });
  await store.insert(things, { id: 'dead', expiresAt: clock.now() });
  await store.insert(others, {
    id: 'lines',
    colour: 'a\u2028b\u2029c\r\nd',
    parts: { deep: { list: [1.5, -0.25, null, 2 ** 40, ''] } },
  });
  await store.insert(codes, { id: 'used', count: 1, expiresAt: clock.now() + 1000_000 });
  await store.insert(codes, { id: 'fresh', expiresAt: clock.now() + 1000_000 });
  return { store, backup: await examineBackup(await backUp(store)) };
}

/** The store, with somebody between who does its inserts. */
const insertingBy = (store: Store, insertMany: Store['insertMany']): Store =>
  new Proxy(store, {
    get: (whole, name) => (name === 'insertMany' ? insertMany : (Reflect.get(whole, name) as () => unknown).bind(whole)),
  });

const all = async (store: Store) =>
  Promise.all([things, others, codes].map((from) => store.scan(from, { limit: 5000 }) as Promise<Thing[]>));

const pairs = engineNames.flatMap((from) => engineNames.map((to) => [from, to] as const));

describe.each(pairs)('a backup of %s restored into %s', (from, to) => {
  it('is the same state; what has expired since is dead, what was used stays used, and look-ups find', async () => {
    const { store, backup } = await filled(from);
    const target = await openAt(engines.newPlace(to));
    const before = await all(store);
    expect(await restoreBackup(backup, partsOf(target), keeps)).toEqual({
      collections: { things: 1201, others: 1, codes: 2 },
      left_out: {},
    });
    expect(await all(target)).toEqual(before);
    expect(await target.get(installations, installationId)).toEqual(await store.get(installations, installationId));
    expect(await target.patch(codes, 'used', { count: undefined }, { set: { count: 2 } })).toMatchObject({ outcome: 'conflict' });
    expect((await target.find(things, 'colour', 'xanh', { limit: 5000 })).length).toBe(600);
    await confirmInstallation({ store: target, sealing, clock }, use);

    const later = await openAt(engines.newPlace(to));
    clock.advance(1000);
    expect(await restoreBackup(backup, partsOf(later), ends)).toEqual({
      collections: { things: 1200, others: 1, codes: 0 },
      left_out: { things: 1, codes: 2 },
    });
    expect(await later.get(things, 'dead soon')).toBeUndefined();
    expect(await later.scan(codes, { limit: 9 })).toEqual([]);
    await Promise.all([store, target, later].map((each) => each.close()));
  });
});

describe.each(engineNames)('a restore into %s', (engine) => {
  it('keeps everything else out until it is through, and the same file again completes it', async () => {
    const { store, backup } = await filled(engine);
    const target = await openAt(engines.newPlace(engine));
    const bound = insertingBy(target, () => Promise.reject(new Error('killed')));
    await expect(restoreBackup(backup, partsOf(bound, 'first'), ends)).rejects.toThrow('killed');
    await expect(confirmInstallation({ store: target, sealing, clock }, use)).rejects.toMatchObject({ code: 'restore_unfinished' });
    // in another way, or of another moment: what is there already would be mixed with it
    await expect(restoreBackup(backup, partsOf(target, 'second'), keeps)).rejects.toMatchObject({ code: 'store_not_empty' });
    await store.insert(things, { id: 'one more' });
    const next = await examineBackup(await backUp(store));
    await expect(restoreBackup(next, partsOf(target, 'second'), ends)).rejects.toMatchObject({ code: 'store_not_empty' });
    expect((await restoreBackup(backup, partsOf(target, 'second'), ends)).collections).toMatchObject({ others: 1 });
    await confirmInstallation({ store: target, sealing, clock }, use);
    await expect(restoreBackup(backup, partsOf(target, 'third'), ends)).rejects.toMatchObject({ code: 'store_not_empty' });
    await Promise.all([store.close(), target.close()]);
  });

  it('stops when another run has taken it over', async () => {
    const { store, backup } = await filled(engine);
    const target = await openAt(engines.newPlace(engine));
    let other: Promise<unknown> | undefined;
    const met = insertingBy(target, async (...page) => {
      other ??= restoreBackup(backup, partsOf(target, 'second'), keeps);
      await expect.poll(async () => (await target.get(installations, installationId))?.restoring?.run).not.toBe('first');
      return target.insertMany(...page);
    });
    const first = restoreBackup(backup, partsOf(met, 'first'), keeps);
    await expect(first).rejects.toMatchObject({ code: 'restore_taken_over' });
    await other;
    expect(await all(target)).toEqual(await all(store));
    await Promise.all([store.close(), target.close()]);
  });

  it('refuses a store with anything in it, marked or not, and changes nothing there', async () => {
    const { store, backup } = await filled(engine);
    const unmarked = await openAt(engines.newPlace(engine));
    await unmarked.insert(others, { id: 'there' });
    const started = await openAt(engines.newPlace(engine));
    await confirmInstallation({ store: started, sealing, clock }, use);
    for (const target of [unmarked, started, store]) {
      const before = await all(target);
      const mark = await target.get(installations, installationId);
      await expect(restoreBackup(backup, partsOf(target), ends)).rejects.toMatchObject({ code: 'store_not_empty' });
      expect(await all(target)).toEqual(before);
      expect(await target.get(installations, installationId)).toEqual(mark);
      await target.close();
    }
  });
});

describe('a file', () => {
  let store: Store;
  let file: string;
  let bytes: Buffer;
  beforeAll(async () => {
    store = await openAt('sqlite::memory:');
    await confirmInstallation({ store, sealing, clock }, use);
    await store.insertMany(things, [{ id: 'a', colour: 'red' }, { id: 'b' }]);
    file = await backUp(store);
    bytes = readFileSync(file);
  });
  afterAll(() => store.close());

  const examine = (content: Buffer): Promise<Backup> => {
    const other = join(folder, 'tried.gz');
    writeFileSync(other, content);
    return examineBackup(other);
  };
  const lines = (): string[] => gunzipSync(bytes).toString().split('\n').slice(0, -1);
  const written = (of: readonly string[]): Buffer => gzipSync(`${of.join('\n')}\n`);
  const isDamaged = (examined: Promise<Backup>) => expect(examined).rejects.toMatchObject({ code: 'backup_damaged' });

  it('is readable by its owner alone, is there whole or not at all, and is not written over', async () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await expect(backUp(store, file)).rejects.toMatchObject({ code: 'backup_exists' });
    const failing = { ...store, scan: () => Promise.reject(new Error('gone')), get: store.get.bind(store) } as unknown as Store;
    const failed = newFile();
    await expect(backUp(failing, failed)).rejects.toThrow('gone');
    expect(readdirSync(folder).filter((name) => failed.endsWith(name) || name.includes('partial'))).toEqual([]);
    expect(readFileSync(file)).toEqual(bytes);
  });

  it('that was cut off anywhere is refused', async () => {
    for (let length = 0; length < bytes.length; length += 1) await isDamaged(examine(bytes.subarray(0, length)));
    const text = lines();
    for (let count = 0; count < text.length; count += 1) await isDamaged(examine(written(text.slice(0, count))));
    await isDamaged(examine(gzipSync(text.join('\n'))));
  });

  it('with any byte flipped is refused, or says the same', async () => {
    const whole = await examine(bytes);
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 0x10;
      const read = await examine(flipped).catch((refused: { code: string }) => refused.code);
      // the time and the system in the head of a gzip file say nothing of what is in it
      if (typeof read === 'string') expect(read).toBe('backup_damaged');
      else expect({ ...read, file: whole.file }).toEqual(whole);
    }
  });

  it('that lost, gained, moved or repeated a line is refused', async () => {
    const text = lines();
    await isDamaged(examine(written(text.toSpliced(1, 1))));
    await isDamaged(examine(written(text.toSpliced(1, 0, '["things",{"id":"c"}]'))));
    await isDamaged(examine(written(text.with(1, text[2] ?? '').with(2, text[1] ?? ''))));
    await isDamaged(examine(written([...text, text[1] ?? ''])));
    await isDamaged(examine(Buffer.concat([bytes, bytes])));
    await isDamaged(examine(Buffer.concat([bytes, randomBytes(100)])));
  });

  it('that is something else, or unfolds without end, is refused', async () => {
    await isDamaged(examine(Buffer.from('{"people":[]}')));
    await isDamaged(examine(gzipSync('hello\n')));
    await isDamaged(examine(gzipSync('')));
    await isDamaged(examine(gzipSync(Buffer.alloc(80 * 1024 * 1024, 'x'))));
  });

  it('that somebody without the keys made or changed is refused, however well it was done', async () => {
    const whole = await examine(bytes);
    expect(() => requireOurs(whole, sealing, 'keys')).not.toThrow();
    expect(() => requireOurs(whole, otherSealing, 'keys')).toThrow(expect.objectContaining({ code: 'key_file_wrong' }));
    const changed = lines().slice(0, -1).with(1, '["things",{"id":"a","colour":"blue"}]');
    const trailer = JSON.parse(lines().at(-1) ?? '') as object;
    const sha256 = createHash('sha256')
      .update(`${changed.join('\n')}\n`)
      .digest('hex');
    const forged = await examine(written([...changed, JSON.stringify({ ...trailer, sha256 })]));
    expect(() => requireOurs(forged, sealing, 'keys')).toThrow(expect.objectContaining({ code: 'backup_damaged' }));
  });

  it('that is exchanged between looking and restoring leaves a store that nothing opens', async () => {
    const place = join(folder, 'exchanged.gz');
    writeFileSync(place, bytes);
    const examined = await examineBackup(place);
    await store.insert(things, { id: 'later' });
    writeFileSync(place, readFileSync(await backUp(store)));
    const target = await openAt('sqlite::memory:');
    await expect(restoreBackup(examined, partsOf(target), ends)).rejects.toMatchObject({ code: 'backup_damaged' });
    await expect(confirmInstallation({ store: target, sealing, clock }, use)).rejects.toMatchObject({ code: 'restore_unfinished' });
    await target.close();
  });

  it('of a newer version, with a collection or a form of documents that is not known here, is refused', async () => {
    const newer = collection<Thing>()({
      name: 'others',
      lifetime: 'kept',
      durability: 'buffered',
      upgrades: [{ reads: [], fill: () => ({ count: 1 }) }],
    });
    const file2 = await backUp(store, newFile(), [things, newer, codes] as never);
    const examined = await examineBackup(file2);
    expect(() => requireKnown(examined, stored)).toThrow(expect.objectContaining({ code: 'backup_not_understood' }));
    expect(() => requireKnown(examined, [things, newer, codes] as never)).not.toThrow();
    expect(() => requireKnown(examined, [newer, codes] as never)).toThrow(/things/);
  });
});
