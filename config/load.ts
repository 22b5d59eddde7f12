import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { environmentName, settingsSchema } from './schema.ts';

type Raw = z.infer<typeof settingsSchema>;

/** What an installation is for. */
export type Profile = Raw['profile'];

/** Settings as the program uses them, frozen. */
export interface Settings
  extends Readonly<Omit<Raw, 'issuer' | 'port' | 'store' | 'keyFile' | 'trustProxy' | 'outboundPrivate' | 'openRegistration'>> {
  readonly issuer: string;
  readonly port: number;
  readonly sqlitePath: string;
  /** With it the store is MongoDB, and `sqlitePath` is not used. May hold a password: never shown. */
  readonly mongoUri: string | undefined;
  readonly keyFile: string;
  readonly trustProxy: boolean;
  readonly outboundPrivate: boolean;
  readonly openRegistration: boolean;
}

/** A setting that is not as it must be; the message names it and says what was expected. */
export class SettingsError extends Error {}

export type Environment = Readonly<Record<string, string | undefined>>;

const settingNames = Object.keys(settingsSchema.shape);

function fromEnvironment(environment: Environment): Record<string, string> {
  const byVariable = new Map(settingNames.map((name) => [environmentName(name), name]));
  const found: Record<string, string> = {};
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith('SENID_') || value === undefined || value === '') continue;
    const name = byVariable.get(variable);
    if (name === undefined) throw new SettingsError(`${variable} is not a setting; docs/configuration.md lists them`);
    found[name] = value;
  }
  return found;
}

function fromFile(path: string | undefined): object {
  if (path === undefined) return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new SettingsError(`the settings file ${path} cannot be read as JSON: ${(cause as Error).message}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new SettingsError(`the settings file ${path} must hold one JSON object`);
  return content;
}

/** The profile that environment or file name, if they do: a command that was told none asks the store which it was made for. */
export const saidProfile = (environment: Environment, file: string | undefined): unknown =>
  (({ ...fromFile(file), ...fromEnvironment(environment) }) as { readonly profile?: unknown }).profile;

/** A header that anybody may send proves nothing; nor does a time-stamp from anybody. */
function requireTogether({ clientCertHeader, clientCertAuthorities, mtlsUrl, trustProxy, tsaUrl, tsaAuthorities }: Raw): void {
  if ((tsaUrl === undefined) !== (tsaAuthorities === undefined))
    throw new SettingsError(`${environmentName('tsaUrl')} and ${environmentName('tsaAuthorities')} go together`);
  if (clientCertHeader !== undefined && trustProxy !== 'true')
    throw new SettingsError(`${environmentName('clientCertHeader')} is only for ${environmentName('trustProxy')}=true`);
  for (const [name, value] of Object.entries({ clientCertAuthorities, mtlsUrl }))
    if (value !== undefined && clientCertHeader === undefined)
      throw new SettingsError(`${environmentName(name)} is only with ${environmentName('clientCertHeader')}`);
}

/** Development values that must never serve real people. */
function refuseInProduction({ profile, openRegistration }: Raw, issuer: string): void {
  if (profile !== 'production') return;
  if (!issuer.startsWith('https:'))
    throw new SettingsError(`${environmentName('issuer')} must be https in production, got ${issuer}`);
  if (openRegistration === 'true')
    throw new SettingsError(
      `${environmentName('openRegistration')} is for a sandbox: in production services are approved by a second person`,
    );
}

/**
 * Reads settings: the file, then `SENID_*` over it.
 * @throws {SettingsError} naming the key and what was expected
 */
export function loadSettings(
  environment: Environment,
  options: { readonly file?: string | undefined; readonly defaults?: Partial<Record<keyof Raw, string>> } = {},
): Settings {
  const parsed = settingsSchema.safeParse({ ...options.defaults, ...fromFile(options.file), ...fromEnvironment(environment) });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const key = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : environmentName(String(issue?.path[0]));
    throw new SettingsError(`${key}: ${issue?.message}`);
  }
  const raw = parsed.data;
  // the command line finds the demo where SENID_DEMO_PORT has put it
  const { issuer = `http://localhost:${raw.demoPort}`, port = raw.demoPort } = raw;
  refuseInProduction(raw, issuer);
  requireTogether(raw);
  const { store, keyFile, trustProxy, outboundPrivate, openRegistration, ...rest } = raw;
  return Object.freeze({
    ...rest,
    issuer,
    port,
    sqlitePath: store?.startsWith('sqlite:') ? store.slice('sqlite:'.length) : join(raw.dataDir, 'senid.sqlite'),
    mongoUri: store?.startsWith('mongodb') ? store : undefined,
    keyFile: keyFile ?? join(raw.dataDir, 'keys.json'),
    trustProxy: trustProxy === 'true',
    openRegistration: openRegistration === undefined ? raw.profile === 'development' : openRegistration === 'true',
    outboundPrivate: outboundPrivate === undefined ? raw.profile !== 'production' : outboundPrivate === 'true',
  });
}
