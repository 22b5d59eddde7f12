import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Settings } from '#config/load.ts';
import { clockAgreement, clockDistance, clockToleranceSeconds } from '#src/kernel/clock.ts';
import { requireClock } from '#src/observation/clock-watch.ts';
import { signingKeys } from '#src/oidc/collections.ts';
import { loadKeyFile, requireMayMakeKeys } from '#src/storage/key-file.ts';
import { lookAtStore as lookFromOutside } from '#src/storage/look-at-store.ts';
import { clockAheadOfStoreMs, reportStoreIndexes, requireIndexes, storeName } from '#src/storage/open-store.ts';
import { type CommonOptions, print, refusing, settingsFor } from './command-context.ts';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly says: string;
}

async function find(check: string, look: () => Promise<string> | string): Promise<Finding> {
  try {
    return { check, ok: true, says: await look() };
  } catch (fault) {
    return { check, ok: false, says: (fault as Error).message };
  }
}

function lookAtNode(): string {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 24 || (major === 24 && minor < 12))
    throw new Error(`Node ${process.version}: 24.12 or newer is needed; npm ci brings one`);
  return process.version;
}

function lookAtClock(): string {
  if (Date.now() < Date.UTC(2026, 0, 1))
    throw new Error('the clock is in the past: set it by NTP, tokens and QR codes depend on it');
  return new Date().toISOString();
}

const nearestThere = (path: string): string => (existsSync(path) ? path : nearestThere(dirname(path)));
const leastRoomMiB = 50;

/** The directory of the store, or the one where it would be made. */
function lookAtDirectory({ sqlitePath, mongoUri }: Settings): string {
  if (mongoUri !== undefined) return 'the store is MongoDB, no directory is needed';
  const directory = dirname(resolve(sqlitePath));
  const there = nearestThere(directory);
  if (!statSync(there).isDirectory()) throw new Error(`${directory} cannot be used: ${there} is not a directory`);
  accessSync(there, constants.W_OK | constants.X_OK);
  const { bavail, bsize } = statfsSync(there);
  const roomMiB = Math.floor((bavail * bsize) / 1024 / 1024);
  if (roomMiB < leastRoomMiB) throw new Error(`${directory} has room for ${roomMiB} MiB only: free some, or choose another place`);
  return `${directory}, ${there === directory ? '' : 'made at the first start, '}${roomMiB} MiB free`;
}

const keyFileUse = async (settings: Settings) => ({ profile: settings.profile, store: await lookFromOutside(settings) });

async function lookAtKeyFile(settings: Settings): Promise<string> {
  const { keyFile } = settings;
  if (existsSync(keyFile))
    return `${keyFile}, ${loadKeyFile(keyFile, await keyFileUse(settings)).length} key(s); keep a copy in a safe place`;
  requireMayMakeKeys(keyFile, await keyFileUse(settings));
  return `${keyFile} is not there yet: the first start makes it`;
}

async function lookAtIndexes(settings: Settings): Promise<string> {
  const reports = await reportStoreIndexes(settings);
  if (settings.profile === 'production') requireIndexes(reports);
  return reports.length === 0 ? 'SQLite makes its own' : `those of ${reports.length} collections`;
}

/** Beside `lookAtClock`, which knows only what no clock may say. */
async function lookAtStoreClock(settings: Settings): Promise<string> {
  const aheadMs = await clockAheadOfStoreMs(settings);
  if (aheadMs === undefined) return 'SQLite has none of its own';
  requireClock({ aheadMs: () => aheadMs });
  const says = `this one is ${clockDistance(aheadMs)} it`;
  return clockAgreement(aheadMs) === 'agrees' ? says : `${says}: see to NTP, from ${clockToleranceSeconds} s on nothing serves`;
}

/** Opens what was opened before and nothing else: doctor makes nothing. */
async function lookAtStore(settings: Settings): Promise<string> {
  const { name, mark } = await lookFromOutside(settings);
  if (mark === undefined) return `nothing has started on ${name} yet: the first start makes and marks it`;
  const { compose } = await import('#src/compose.ts');
  const { store, close } = await compose(settings);
  try {
    await store.ping();
    const algorithms = new Set((await store.scan(signingKeys, { limit: 100 })).map(({ alg }) => alg));
    return `writable; ${algorithms.size === 0 ? 'signing keys are made when it first serves' : [...algorithms].join(', ')}`;
  } finally {
    await close();
  }
}

/** Looks at everything a start depends on; each finding says what to do. */
async function examine(options: CommonOptions): Promise<Finding[]> {
  const findings = [await find('node', lookAtNode), await find('clock', lookAtClock)];
  let settings: Settings | undefined;
  findings.push(
    await find('settings', async () => {
      settings = await settingsFor(options);
      return `${settings.profile}, ${settings.issuer}, ${storeName(settings)}`;
    }),
  );
  for (const [check, look] of [
    ['directory', lookAtDirectory],
    ['key file', lookAtKeyFile],
    ['indexes', lookAtIndexes],
    ["the store's clock", lookAtStoreClock],
    ['store and keys', lookAtStore],
  ] as const) {
    const known = settings;
    if (known === undefined || findings.at(-1)?.ok === false) break;
    findings.push(await find(check, () => look(known)));
  }
  return findings;
}

/** `senid doctor`: is everything in order, and if not, what to do. */
export function registerDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check settings, store, keys and clock')
    .action(
      refusing(async (_own: object, command: Command) => {
        const options = command.optsWithGlobals<CommonOptions>();
        const findings = await examine(options);
        print(
          options,
          findings,
          findings.map(({ check, ok, says }) => `${ok ? 'ok  ' : 'FAIL'}  ${check}: ${says}`),
        );
        if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
      }),
    );
}
