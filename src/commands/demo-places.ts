import { createServer } from 'node:net';
import { agencies } from '#config/agencies.ts';
import { type Environment, loadSettings, type Settings, SettingsError } from '#config/load.ts';
import { environmentName } from '#config/schema.ts';

/** The addresses of the demo's programs, side by side from the first port. */
export interface Places {
  readonly issuer: string;
  readonly portal: string;
  readonly bank: string;
  readonly library: string;
  /** The state's matcher of faces, which no person opens. */
  readonly matcher: string;
  /** The agencies that verify documents, in one program; nor does anybody open this. */
  readonly agencies: string;
}

export interface DemoSettings {
  readonly settings: Settings;
  readonly places: Places;
  /** What the provider is started with, over the same settings file. */
  readonly environment: Readonly<Record<string, string>>;
}

const placesFrom = (port: number): Places => ({
  issuer: `http://localhost:${port}`,
  portal: `http://localhost:${port + 1}`,
  bank: `http://localhost:${port + 2}`,
  library: `http://localhost:${port + 3}`,
  matcher: `http://localhost:${port + 4}`,
  agencies: `http://localhost:${port + 5}`,
});

/** The demo keeps store, keys and everything else of one country together: a setting that says otherwise is not passed over in silence. */
function refuseElsewhere(asked: Settings): void {
  const { sqlitePath, keyFile, issuer, port } = loadSettings({
    SENID_PROFILE: 'development',
    SENID_DATA_DIR: asked.dataDir,
    SENID_DEMO_PORT: String(asked.demoPort),
  });
  for (const [setting, isOwn, moves] of [
    ['store', asked.sqlitePath === sqlitePath, 'dataDir'],
    ['keyFile', asked.keyFile === keyFile, 'dataDir'],
    ['issuer', asked.issuer === issuer, 'demoPort'],
    ['port', asked.port === port, 'demoPort'],
  ] as const) {
    if (isOwn) continue;
    throw new SettingsError(
      `${environmentName(setting)}: the demo decides this itself; unset it, ${environmentName(moves)} moves what the demo keeps`,
    );
  }
}

/** Each below a path of its own. */
const agenciesAt = ({ agencies: address }: Places): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(agencies).map((name) => [name, `${address}/${name}`]));

const agencyUrls = (addresses: Readonly<Record<string, string>>): string =>
  Object.entries(addresses)
    .map(([name, address]) => `${name}=${address}`)
    .join(' ');

/**
 * The demo's settings: ports follow the first one, store and keys lie in the data directory, the rest is the caller's.
 * @throws {SettingsError} in production, because the people are invented; for a setting that the demo decides itself
 */
export function demoSettings(environment: Environment, file: string | undefined): DemoSettings {
  const asked = loadSettings(environment, { file, defaults: { profile: 'development' } });
  if (asked.profile === 'production')
    throw new SettingsError('SENID_PROFILE: the demo has invented people and never runs in production');
  refuseElsewhere(asked);
  const given = Object.entries(environment).filter(([name, value]) => name.startsWith('SENID_') && value !== undefined);
  const own = {
    SENID_LOG_LEVEL: 'warn',
    ...(Object.fromEntries(given) as Record<string, string>),
    SENID_PROFILE: asked.profile,
    SENID_MATCHER_URL: asked.matcherUrl ?? placesFrom(asked.demoPort).matcher,
    SENID_AGENCY_URLS: agencyUrls({ ...agenciesAt(placesFrom(asked.demoPort)), ...asked.agencyUrls }),
  };
  return { settings: loadSettings(own, { file }), places: placesFrom(asked.demoPort), environment: own };
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

/** @throws {SettingsError} naming the port that is taken */
export async function requireFreePorts(places: Places): Promise<void> {
  for (const address of Object.values(places)) await requireFreePort(Number(new URL(address).port));
}
