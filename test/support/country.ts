import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/senid.js', import.meta.url));

export interface DemoPerson {
  readonly id_number: string;
  readonly name: string;
  readonly identity_level: number;
  readonly password: string;
  readonly totp_secret?: string;
  readonly lock?: object;
}

export interface Country {
  readonly issuer: string;
  readonly portal: string;
  readonly bank: string;
  readonly library: string;
  readonly people: readonly DemoPerson[];
  readonly process: ChildProcess;
  readonly output: () => string;
  /** Runs `senid …` on the country's store and gives its JSON and exit code. */
  senid(...args: string[]): Promise<{ readonly code: number; readonly json: unknown }>;
  stop(): Promise<number | null>;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, 'localhost', () => probe.close(() => resolve(true)));
  });
}

async function freePorts(): Promise<number> {
  for (let port = 20_000 + (process.pid % 500) * 40; ; port += 6) {
    const free = await Promise.all([0, 1, 2, 3, 4, 5].map((offset) => isFree(port + offset)));
    if (free.every(Boolean)) return port;
  }
}

/** Everything that `npm start` runs, on ports and data of its own. */
export async function startCountry(): Promise<Country> {
  const port = await freePorts();
  const dataDir = mkdtempSync(join(tmpdir(), 'senid-country-'));
  const environment = {
    ...process.env,
    SENID_DEMO_PORT: String(port),
    SENID_DATA_DIR: dataDir,
    SENID_ISSUER: `http://localhost:${port}`,
  };
  let output = '';
  const child = spawn(process.execPath, [bin, 'demo'], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => /^ready$/m.test(output) && resolve());
    child.once('exit', () => reject(new Error(`the demo ended: ${output}`)));
  });

  function senid(...args: string[]): Promise<{ code: number; json: unknown }> {
    return new Promise((resolve) => {
      const command = spawn(process.execPath, [bin, ...args, '--json'], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
      let printed = '';
      command.stdout.on('data', (text: Buffer) => (printed += text.toString()));
      command.once('close', (code) => resolve({ code: code ?? -1, json: printed.trim() === '' ? undefined : JSON.parse(printed) }));
    });
  }

  return {
    issuer: `http://localhost:${port}`,
    portal: `http://localhost:${port + 1}`,
    bank: `http://localhost:${port + 2}`,
    library: `http://localhost:${port + 3}`,
    people: JSON.parse(readFileSync(new URL('../../demo/people/people.json', import.meta.url), 'utf8')) as DemoPerson[],
    process: child,
    output: () => output,
    senid,
    async stop() {
      child.kill('SIGTERM');
      const code = await ended;
      rmSync(dataDir, { recursive: true, force: true });
      return code;
    },
  };
}
