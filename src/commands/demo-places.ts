import { createServer } from 'node:net';
import { loadSettings, type Settings, SettingsError } from '#config/load.ts';

/** The addresses of the demo's programs, side by side from the first port. */
export interface Places {
  readonly issuer: string;
  readonly portal: string;
  readonly bank: string;
  readonly library: string;
}

export interface DemoSettings {
  readonly settings: Settings;
  readonly places: Places;
  /** What the provider is started with. */
  readonly environment: Readonly<Record<string, string>>;
}

const placesFrom = (port: number): Places => ({
  issuer: `http://localhost:${port}`,
  portal: `http://localhost:${port + 1}`,
  bank: `http://localhost:${port + 2}`,
  library: `http://localhost:${port + 3}`,
});

/**
 * The demo's settings: only the first port, the data directory and the log level are the caller's.
 * @throws {SettingsError} in production: the people are invented
 */
export function demoSettings(environment: NodeJS.ProcessEnv, file: string | undefined): DemoSettings {
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

/** @throws {SettingsError} naming the port that is taken */
export async function requireFreePorts(places: Places): Promise<void> {
  for (const address of Object.values(places)) await requireFreePort(Number(new URL(address).port));
}
