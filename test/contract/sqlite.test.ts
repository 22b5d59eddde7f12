import { fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '#src/kernel/clock.ts';
import { openSqliteStore } from '#src/storage/sqlite/sqlite-store.ts';
import { others, storeContract, things } from './store-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'senid-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const collections = [things, others] as never;
const child = new URL('../support/store-writer-child.ts', import.meta.url).pathname;
let files = 0;
const newFile = (): string => join(folder, `store-${files++}.sqlite`);

describe('SQLite in memory', () => storeContract((clock) => openSqliteStore({ path: ':memory:', clock, collections })));
describe('SQLite in a file', () => storeContract((clock) => openSqliteStore({ path: newFile(), clock, collections })));

describe('several processes on one file', () => {
  it('let one of 400 consumers in four processes win', async () => {
    const path = newFile();
    const store = await openSqliteStore({ path, clock: systemClock, collections });
    await store.insert(things, { id: 'code' });
    const won = await Promise.all(
      Array.from(
        { length: 4 },
        () =>
          new Promise<number>((resolve, reject) => {
            const process = fork(child, [path, 'consume']);
            process.once('error', reject);
            process.once('message', (message) => resolve((message as { won: number }).won));
          }),
      ),
    );
    expect(won.reduce((sum, each) => sum + each)).toBe(1);
    await store.close();
  });
});

describe('two stores on one file', () => {
  it('see what the other one wrote, also of documents they have just read', async () => {
    const path = newFile();
    const [one, other] = await Promise.all([0, 1].map(() => openSqliteStore({ path, clock: systemClock, collections })));
    if (one === undefined || other === undefined) throw new Error('no stores');
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await one.insert(things, { id: 'a', colour: 'red' });
    for (const colour of ['blue', 'green']) {
      await Promise.all([one.get(things, 'a'), other.get(things, 'a')]);
      await turn();
      expect((await other.patch(things, 'a', {}, { set: { colour } })).outcome).toBe('patched');
      await turn();
      expect((await one.get(things, 'a'))?.colour).toBe(colour);
    }
    // a write looks too, not only a read
    await other.patch(things, 'a', {}, { set: { colour: 'white' } });
    expect(await one.patch(things, 'a', { colour: 'green' }, { set: { colour: 'stale' } })).toMatchObject({ outcome: 'conflict' });
    await other.remove(things, 'a');
    await turn();
    expect(await one.get(things, 'a')).toBeUndefined();
    await Promise.all([one.close(), other.close()]);
  });
});

describe('a process that is killed in the middle of writing', () => {
  it('loses nothing that was acknowledged and leaves nothing half written', async () => {
    const path = newFile();
    const writer = spawn(process.execPath, [child, path, 'write'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let last = -1;
    await new Promise<void>((resolve) => {
      writer.stdout.on('data', (text: Buffer) => {
        last = Math.max(last, ...text.toString().trim().split('\n').map(Number));
        if (last > 200) writer.kill('SIGKILL');
      });
      writer.once('exit', () => resolve());
    });
    const store = await openSqliteStore({ path, clock: systemClock, collections });
    expect(last).toBeGreaterThan(200);
    const acknowledged = Array.from({ length: last + 1 }, (_, n) => `w${n}`);
    expect(await store.getMany(things, acknowledged)).toHaveLength(acknowledged.length);
    expect(await store.getMany(others, acknowledged)).toHaveLength(acknowledged.length);
    await store.close();
  });
});

describe('a file that cannot serve', () => {
  it('of a newer layout is refused with a clear message', async () => {
    const path = newFile();
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    await expect(openSqliteStore({ path, clock: systemClock, collections })).rejects.toThrow(/newer version/);
  });
});
