import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Settings } from '#config/load.ts';
import { loadKeyFile } from '#src/storage/key-file.ts';
import { storeName } from '#src/storage/open-store.ts';
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

function lookAtKeyFile({ keyFile, profile }: Settings): string {
  if (existsSync(keyFile))
    return `${keyFile}, ${loadKeyFile(keyFile, { mayCreate: false }).length} key(s); keep a copy in a safe place`;
  if (profile !== 'production') return `${keyFile} is not there yet: the first start makes it`;
  throw new Error(
    `${keyFile} is missing and production makes none by itself: restore your copy, or for a new installation write {"keys":[{"id":"k1","key":"32 random bytes in base64url"}]} into it with mode 0600`,
  );
}

/** Looks at everything a start depends on; each finding says what to do. */
async function examine(options: CommonOptions): Promise<Finding[]> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const node = await find('node', () => {
    if (major < 24 || (major === 24 && minor < 12))
      throw new Error(`Node ${process.version}: 24.12 or newer is needed; npm ci brings one`);
    return process.version;
  });
  const settings = await find('settings', () => {
    const named = settingsFor(options);
    return `${named.profile}, ${named.issuer}, ${storeName(named)}`;
  });
  const clock = await find('clock', () => {
    if (Date.now() < Date.UTC(2026, 0, 1))
      throw new Error('the clock is in the past: set it by NTP, tokens and QR codes depend on it');
    return new Date().toISOString();
  });
  if (!settings.ok) return [node, settings, clock];
  const keyFile = await find('key file', () => lookAtKeyFile(settingsFor(options)));
  if (!keyFile.ok) return [node, settings, clock, keyFile];
  const { compose } = await import('#src/compose.ts');
  const store = await find('store and keys', async () => {
    const application = await compose(settingsFor(options));
    try {
      await application.store.ping();
      return `writable; ${(await application.signingKeys.list()).map(({ alg }) => alg).join(', ')}`;
    } finally {
      await application.close();
    }
  });
  return [node, settings, clock, keyFile, store];
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
