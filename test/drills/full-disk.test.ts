import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { badlyRefused, lostOrDoubled, summaryOf } from '#test/support/drill-verdict.ts';
import { openDrillWorld } from '#test/support/drill-world.ts';
import { freeAddress, type ServeProcess, startServe } from '#test/support/serve-process.ts';
import { startSignIns } from '#test/support/sign-in-load.ts';

/** Where a store lies, and how its room is taken and given back. */
interface Disk {
  readonly folder: string;
  fill(serve: ServeProcess): void;
  empty(serve: ServeProcess): void;
  remove(): void;
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'senid-disk-'));

/** Files of the server may not grow: works for everybody, and fails with another error than a disk. */
function limitedFiles(): Disk {
  const folder = newFolder();
  const limit = (serve: ServeProcess, bytes: string): void => {
    execFileSync('prlimit', ['--pid', String(serve.pid), `--fsize=${bytes}:unlimited`]);
  };
  return {
    folder,
    fill: (serve) => limit(serve, '4096'),
    empty: (serve) => limit(serve, 'unlimited'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A real file system that is really full; undefined where nobody may mount one. */
function smallDisk(): Disk | undefined {
  const folder = newFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
  const filler = join(folder, 'filler');
  return {
    folder,
    fill() {
      for (let room = 1 << 20; room >= 512; room /= 2) {
        try {
          for (;;) writeFileSync(filler, Buffer.alloc(room), { flag: 'a' });
        } catch {
          // not that much is left
        }
      }
    },
    empty: () => rmSync(filler),
    remove() {
      execFileSync('umount', [folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const canLimit = (() => {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('a SQLite store whose disk is full in the middle of sign-ins', () => {
  const ending: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  });

  const disks = [
    ['files that may not grow', canLimit ? limitedFiles : () => undefined],
    ['a full file system', smallDisk],
  ] as const;
  it.each(disks)(
    'refuses in words, writes nothing by halves, and goes on when there is room again (%s)',
    async (which, make) => {
      const disk = make();
      if (disk === undefined) return console.warn(`skipped: ${which} can't be had here`);
      ending.push(() => disk.remove());
      const path = join(disk.folder, 'senid.db');
      const world = await openDrillWorld({ environment: { SENID_STORE: `sqlite:${path}`, ...(await freeAddress()) } });
      ending.push(() => world.close());
      const serve = await startServe(world.environment);
      ending.push(() => serve.end());
      const readyz = async (): Promise<number> => (await fetch(`${world.issuer}/readyz`)).status;

      // also while nobody does anything
      disk.fill(serve);
      await expect.poll(readyz, { timeout: 10_000 }).toBe(503);
      disk.empty(serve);
      await expect.poll(readyz, { timeout: 10_000 }).toBe(200);

      const load = startSignIns(world);
      await load.more(12);
      const from = performance.now();
      disk.fill(serve);
      await expect.poll(readyz, { timeout: 10_000 }).toBe(503);
      const unreadyAfter = performance.now() - from;
      const refused = (): number => load.ledger.troubles.filter(({ status }) => status === 503).length;
      await expect.poll(refused, { timeout: 10_000 }).toBeGreaterThan(20);
      expect((await fetch(`${world.issuer}/livez`)).status).toBe(200);
      const back = performance.now();
      disk.empty(serve);
      await expect.poll(readyz, { timeout: 10_000 }).toBe(200);
      const readyAfter = performance.now() - back;
      await load.more(3);
      const to = performance.now();
      await load.more(12);
      const ledger = await load.stop();
      console.info(
        summaryOf(
          `full disk, ${which}`,
          ledger,
          `/readyz 503 after ${Math.round(unreadyAfter)} ms, 200 ${Math.round(readyAfter)} ms after there was room`,
        ),
      );
      expect(badlyRefused(ledger, [{ from, to: to + 1000 }])).toEqual([]);
      expect(await lostOrDoubled(world, ledger)).toEqual([]);
      expect(statSync(path).size).toBeGreaterThan(0);
      expect(execFileSync(process.execPath, ['--no-warnings', '-e', integrity, path], { encoding: 'utf8' }).trim()).toBe('ok');
    },
    60_000,
  );
});

const integrity = `const { DatabaseSync } = require('node:sqlite');
console.log(new DatabaseSync(process.argv[1]).prepare('PRAGMA integrity_check').get().integrity_check);`;
