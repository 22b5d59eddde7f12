import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { type Settings, SettingsError } from '#config/load.ts';
import type { AccountLock } from '#src/accounts/account.ts';
import { importPeople } from '#src/accounts/import-people.ts';
import { lockAccount } from '#src/accounts/locks.ts';
import { type Application, compose } from '#src/compose.ts';
import type { Places } from './demo-places.ts';

export const demoFolder = fileURLToPath(new URL('../../demo', import.meta.url));

/** Stands for the officer desk where people are invented. */
const inventedEvidence = { kind: 'in-person', place: 'Công an phường Mẫu', date: '2026-01-15', officer: 'officer-0001' };

export interface DemoPerson {
  readonly id_number: string;
  readonly name: string;
  readonly for: { readonly vi: string; readonly en: string };
  readonly password: string;
  readonly totp_secret?: string;
  readonly lock?: Pick<AccountLock, 'ground' | 'by'>;
}

/** How the demo's services prove to SenID who they are. */
export interface ServiceSecrets {
  readonly portal: string;
  readonly library: string;
  readonly bankKey: JWK;
  /** Where the bank finds its key. */
  readonly bankKeyFile: string;
}

function writeSecret(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, JSON.stringify(value), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The services' secrets live beside the store, so that a second start keeps them. */
export async function loadServiceSecrets(dataDir: string): Promise<ServiceSecrets> {
  const file = join(dataDir, 'demo-services.json');
  if (!existsSync(file)) {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const secret = (): string => randomBytes(32).toString('base64url');
    const bankKey = { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString('hex'), alg: 'ES256', use: 'sig' };
    writeSecret(file, { portal: secret(), library: secret(), bankKey });
  }
  const secrets = JSON.parse(readFileSync(file, 'utf8')) as Omit<ServiceSecrets, 'bankKeyFile'>;
  const bankKeyFile = join(dataDir, 'demo-bank-key.json');
  writeSecret(bankKeyFile, secrets.bankKey);
  return { ...secrets, bankKeyFile };
}

/** The invented people, with what each is for. */
export const demoPeople = (): readonly DemoPerson[] =>
  JSON.parse(readFileSync(join(demoFolder, 'people/people.json'), 'utf8')) as DemoPerson[];

async function registerServices(
  { registry, settings }: Application,
  places: Places,
  { bankKey, ...secrets }: ServiceSecrets,
): Promise<void> {
  const { d: _private, ...publicKey } = bankKey;
  // not part of the product's source: found by its place, as a file of registrations would be
  const { demoRegistrations } = (await import(pathToFileURL(join(demoFolder, 'clients/registrations.ts')).href)) as {
    demoRegistrations: (at: Places, secrets: object, claimsPrefix: string) => readonly object[];
  };
  for (const registration of demoRegistrations(places, { ...secrets, bankKey: publicKey }, settings.claimsPrefix))
    await registry.put(registration);
}

async function openAccounts(application: Application): Promise<void> {
  const lines = createInterface({ input: createReadStream(join(demoFolder, 'people/people.ndjson')) });
  const { imported, refused } = await importPeople(application, lines, { dryRun: false, defaultEvidence: inventedEvidence });
  if (refused.length > 0) throw new SettingsError(`demo people were refused: ${JSON.stringify(refused)}`);
  if (imported === 0) return;
  for (const { id_number: idNumber, lock } of demoPeople()) {
    const account = lock === undefined ? undefined : await application.accounts.findByIdNumber(idNumber);
    if (account !== undefined && lock !== undefined) await lockAccount(application, account.id, lock);
  }
}

/** Registers the services and opens the accounts, as an operator would; people who are there already stay as they are. */
export async function populate(settings: Settings, places: Places, secrets: ServiceSecrets): Promise<void> {
  const application = await compose(settings);
  try {
    await registerServices(application, places, secrets);
    await openAccounts(application);
  } finally {
    await application.close();
  }
}
