import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { loadSettings, type Settings, SettingsError } from '#config/load.ts';
import type { AccountLock } from '#src/accounts/account.ts';
import { importPeople } from '#src/accounts/import-people.ts';
import { lockAccount } from '#src/accounts/locks.ts';
import { compose } from '#src/compose.ts';
import { type CommonOptions, refusing } from './command-context.ts';

const demoFolder = fileURLToPath(new URL('../../demo', import.meta.url));
const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** A laptop's share: without a limit Node lets the heap grow with the machine. */
const smallHeap = ['--max-old-space-size=128', '--max-semi-space-size=4'];

interface DemoPerson {
  readonly id_number: string;
  readonly name: string;
  readonly for: { readonly vi: string; readonly en: string };
  readonly password: string;
  readonly totp_secret?: string;
  readonly lock?: Pick<AccountLock, 'ground' | 'by'>;
}

interface Secrets {
  readonly portal: string;
  readonly library: string;
  readonly bankKey: JWK;
}

interface Places {
  readonly issuer: string;
  readonly portal: string;
  readonly bank: string;
  readonly library: string;
}

const placesFrom = (port: number): Places => ({
  issuer: `http://localhost:${port}`,
  portal: `http://localhost:${port + 1}`,
  bank: `http://localhost:${port + 2}`,
  library: `http://localhost:${port + 3}`,
});

function settingsAt(
  environment: NodeJS.ProcessEnv,
  file: string | undefined,
): { settings: Settings; places: Places; environment: Record<string, string> } {
  const asked = loadSettings(environment, { file, defaults: { profile: 'development' } });
  if (asked.profile === 'production')
    throw new SettingsError('SENID_PROFILE: the demo has invented people and never runs in production');
  const places = placesFrom(asked.demoPort);
  const own = {
    SENID_PROFILE: asked.profile,
    SENID_ISSUER: places.issuer,
    SENID_PORT: String(asked.demoPort),
    SENID_DATA_DIR: asked.dataDir,
    SENID_LOG_LEVEL: environment['SENID_LOG_LEVEL'] ?? 'warn',
  };
  return { settings: loadSettings(own), places, environment: own };
}

function requireFreePort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () =>
      reject(new SettingsError(`port ${port} is in use: stop what runs there, or choose another first port with SENID_DEMO_PORT`)),
    );
    probe.listen(port, 'localhost', () => probe.close(() => resolve()));
  });
}

/** The services' secrets live beside the store, so that a second start keeps them. */
async function loadSecrets(dataDir: string): Promise<Secrets> {
  const file = join(dataDir, 'demo-services.json');
  if (!existsSync(file)) {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const secret = (): string => randomBytes(32).toString('base64url');
    const bankKey = { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString('hex'), alg: 'ES256', use: 'sig' };
    writeFileSync(file, JSON.stringify({ portal: secret(), library: secret(), bankKey }), { mode: 0o600 });
    writeFileSync(join(dataDir, 'demo-bank-key.json'), JSON.stringify(bankKey), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
}

const demoPeople = (): DemoPerson[] => JSON.parse(readFileSync(join(demoFolder, 'people/people.json'), 'utf8')) as DemoPerson[];

/** Registers the services and opens the accounts, as an operator would; what is there already stays. */
async function populate(settings: Settings, places: Places, secrets: Secrets): Promise<void> {
  const { demoRegistrations } = (await import(pathToFileURL(join(demoFolder, 'clients/registrations.ts')).href)) as {
    demoRegistrations: (at: Places, secrets: Secrets) => readonly object[];
  };
  const application = await compose(settings);
  try {
    const { d: _private, ...publicKey } = secrets.bankKey;
    for (const registration of demoRegistrations(places, { ...secrets, bankKey: publicKey as JWK }))
      await application.registry.put(registration);
    const lines = createInterface({ input: createReadStream(join(demoFolder, 'people/people.ndjson')) });
    const defaultEvidence = { kind: 'in-person', place: 'Công an phường Mẫu', date: '2026-01-15', officer: 'officer-0001' };
    const { imported, refused } = await importPeople(application, lines, { dryRun: false, defaultEvidence });
    if (refused.length > 0) throw new SettingsError(`demo people were refused: ${JSON.stringify(refused)}`);
    if (imported === 0) return;
    for (const { id_number: idNumber, lock } of demoPeople()) {
      const account = lock === undefined ? undefined : await application.accounts.findByIdNumber(idNumber);
      if (account !== undefined && lock !== undefined) await lockAccount(application, account.id, lock);
    }
  } finally {
    await application.close();
  }
}

async function waitFor(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new SettingsError(`a part of the demo ended before it was ready (${url})`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new SettingsError(`${url} does not answer`);
}

function welcome({ issuer, portal, bank, library }: Places): string {
  const people = demoPeople();
  const shown = [people[0], people[2], people[6]].filter((person) => person !== undefined);
  const rows = shown.map(
    ({ id_number: id, password, name, for: purpose, totp_secret: totp }) =>
      `  ${id.padEnd(13)} ${password.padEnd(22)} ${name} – ${purpose.en}${totp === undefined ? '' : `\n${' '.repeat(16)}code generator: ${totp}`}`,
  );
  return `
SenID            ${issuer}
Public portal    ${portal}   needs level 2
Bank             ${bank}   asks for consent
Library          ${library}   level 1 is enough

People to try (all invented; npx senid people list --demo shows all)
${rows.join('\n')}

First: open ${portal} and choose "Sign in with SenID".
With a phone: npx senid people enrolment-code ${people[0]?.id_number} --reason "trying the demo"
  then enter the code at ${issuer}/app in another tab or on this machine, and paste or scan the QR;
  or: npx senid phone enrol CODE, npx senid phone scan 'QR TEXT', npx senid phone approve ID --number NN
Ctrl-C stops everything; the data stay.
`;
}

/** Runs the country in miniature until a signal comes or a part of it dies. */
async function runDemo(options: CommonOptions): Promise<void> {
  const { settings, places, environment } = settingsAt(process.env, options.config);
  mkdirSync(settings.dataDir, { recursive: true, mode: 0o700 });
  for (const port of [0, 1, 2, 3]) await requireFreePort(settings.port + port);
  const secrets = await loadSecrets(settings.dataDir);
  await populate(settings, places, secrets);

  const children: ChildProcess[] = [];
  let isStopping = false;
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SENID_')));
  const stop = (code: number): void => {
    if (isStopping) return;
    isStopping = true;
    const running = children.filter((child) => child.exitCode === null && child.signalCode === null);
    const ended = running.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    void Promise.all(ended).then(() => process.exit(code));
    for (const child of running) child.kill('SIGTERM');
    setTimeout(() => running.map((child) => child.kill('SIGKILL')), 8000).unref();
    if (running.length === 0) process.exit(code);
  };
  const start = (name: string, args: readonly string[], own: Record<string, string>): ChildProcess => {
    const child = spawn(process.execPath, [...args], { env: { ...inherited, ...own }, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('exit', () => {
      if (!isStopping) process.stderr.write(`senid demo: ${name} ended; stopping the rest\n`);
      stop(1);
    });
    children.push(child);
    return child;
  };
  process.once('SIGINT', () => stop(0));
  process.once('SIGTERM', () => stop(0));

  const provider = start('the provider', [...smallHeap, main, 'serve'], environment);
  await waitFor(`${places.issuer}/readyz`, provider);
  const program = (name: 'portal' | 'bank' | 'library', own: Record<string, string>): Promise<void> => {
    const { port } = new URL(places[name]);
    return waitFor(
      `${places[name]}/healthz`,
      start(name, [join(demoFolder, name, 'main.ts')], { DEMO_ISSUER: places.issuer, DEMO_PORT: port, ...own }),
    );
  };
  await Promise.all([
    program('portal', { DEMO_CLIENT_SECRET: secrets.portal }),
    program('library', { DEMO_CLIENT_SECRET: secrets.library }),
    program('bank', { DEMO_CLIENT_KEY_FILE: join(settings.dataDir, 'demo-bank-key.json') }),
  ]);
  process.stdout.write(`${welcome(places)}\nready\n`);
}

/** `senid demo`: what `npm start` runs. */
export function registerDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('the whole country in miniature: provider, portal, bank, library, invented people')
    .action(refusing(async (_own: object, command: Command) => runDemo(command.optsWithGlobals<CommonOptions>())));
}
