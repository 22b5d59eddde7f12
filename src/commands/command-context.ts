import type { Command } from 'commander';
import { loadSettings, type Settings, SettingsError } from '#config/load.ts';
import type { Application } from '#src/compose.ts';
import { catalogue, isErrorCode } from '#src/errors/catalogue.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { StoreUnavailable } from '#src/kernel/store.ts';
import { PhoneRefused } from '#src/phone/device-client.ts';
import { KeyFileError } from '#src/storage/key-file.ts';

/** The options every command understands. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly config?: string;
}

/** Settings for a command: the development profile outside `serve`, unless told otherwise. */
export const settingsFor = ({ config }: CommonOptions, profile: 'development' | 'production' = 'development'): Settings =>
  loadSettings(process.env, { file: config, defaults: { profile } });

/** One value for machines, lines for people. */
export function print({ json }: CommonOptions, value: unknown, lines: readonly string[]): void {
  process.stdout.write(json === true ? `${JSON.stringify(value)}\n` : `${lines.join('\n')}\n`);
}

/** Runs work on the store of the settings, and closes it whatever happens. */
export async function withApplication<Result>(
  options: CommonOptions,
  work: (application: Application) => Promise<Result>,
): Promise<Result> {
  const { compose } = await import('#src/compose.ts');
  const application = await compose(settingsFor(options));
  try {
    return await work(application);
  } finally {
    await application.close();
  }
}

function refusalOf(thrown: unknown): { code: string; detail: string } | undefined {
  if (thrown instanceof DomainError) {
    const title = isErrorCode(thrown.code) ? catalogue[thrown.code].title.en : thrown.code;
    return { code: thrown.code, detail: thrown.detail === undefined ? title : `${title}: ${thrown.detail}` };
  }
  if (thrown instanceof PhoneRefused) return { code: thrown.code, detail: thrown.message };
  if (thrown instanceof SettingsError) return { code: 'settings_invalid', detail: thrown.message };
  if (thrown instanceof KeyFileError) return { code: 'key_file_invalid', detail: thrown.message };
  if (thrown instanceof StoreUnavailable) return { code: 'store_unavailable', detail: thrown.message };
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: string };
  const system = { ENOENT: 'file_not_found', ECONNREFUSED: 'unreachable', EADDRINUSE: 'port_in_use' } as const;
  if (typeof code === 'string' && code in system) return { code: system[code as keyof typeof system], detail: message ?? code };
  if (message === 'fetch failed') return { code: 'unreachable', detail: 'the provider does not answer' };
  return undefined;
}

/** A command's work with its refusals said in words (exit 1); what is not a refusal is a fault and shows itself. */
export function refusing<Arguments extends unknown[]>(work: (...given: Arguments) => Promise<void>) {
  return async (...given: Arguments): Promise<void> => {
    try {
      await work(...given);
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      if (refusal === undefined) throw thrown;
      const command = given.at(-1) as Command;
      const { json } = command.optsWithGlobals<CommonOptions>();
      if (json === true) process.stdout.write(`${JSON.stringify(refusal)}\n`);
      else process.stderr.write(`senid: ${refusal.detail} (${refusal.code})\n`);
      process.exitCode = 1;
    }
  };
}
