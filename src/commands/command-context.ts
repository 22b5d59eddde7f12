import type { Command } from 'commander';
import { loadSettings, type Profile, type Settings, SettingsError, saidProfile } from '#config/load.ts';
import type { Application } from '#src/compose.ts';
import { requireProfile } from '#src/storage/installation.ts';
import { lookAtStore } from '#src/storage/look-at-store.ts';
import { refusalOf } from './refusals.ts';

/** The options every command understands. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly config?: string;
}

export interface ProfileWish {
  /** Where nobody said a profile and there is no store to ask. */
  readonly withoutStore?: Profile;
  /** Whatever the store was made for: then one that was made for something else is refused. */
  readonly always?: Profile;
}

/**
 * Settings for a command. Where no profile was said, the store tells what it was made for; without one it is production.
 * @throws {SettingsError}
 * @throws {InstallationRefused} when the profile is not that of the store
 */
export async function settingsFor(
  { config }: CommonOptions,
  { withoutStore = 'production', always }: ProfileWish = {},
): Promise<Settings> {
  const load = (profile: Profile): Settings => loadSettings(process.env, { file: config, defaults: { profile } });
  const said = saidProfile(process.env, config);
  // the profile decides nothing about where the store is
  const { name, mark } = await lookAtStore(load('development'));
  if (said === undefined && always !== undefined) requireProfile(mark, always, name);
  try {
    const settings = load(always ?? mark?.profile ?? withoutStore);
    requireProfile(mark, settings.profile, name);
    return settings;
  } catch (refused) {
    if (!(refused instanceof SettingsError) || said !== undefined || mark !== undefined) throw refused;
    throw new SettingsError(
      `${refused.message} (this is production, because neither SENID_PROFILE nor a store at ${name} says otherwise; \`npm start\` makes a country to try out)`,
    );
  }
}

/** One value for machines, lines for people. */
export function print({ json }: CommonOptions, value: unknown, lines: readonly string[]): void {
  const printed = json === true ? [JSON.stringify(value)] : lines;
  process.stdout.write(printed.map((line) => `${line}\n`).join(''));
}

/** Runs work on the store of the settings, and closes it whatever happens. */
export async function withApplication<Result>(
  options: CommonOptions,
  work: (application: Application) => Promise<Result>,
): Promise<Result> {
  const settings = await settingsFor(options);
  const { compose } = await import('#src/compose.ts');
  const application = await compose(settings);
  try {
    return await work(application);
  } finally {
    await application.close();
  }
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
