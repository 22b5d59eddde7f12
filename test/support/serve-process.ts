import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './child-environment.ts';
import { freePort } from './running-provider.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface ServeProcess {
  readonly pid: number;
  /** The processes that answer; with `--workers` they are its children. */
  workers(): number[];
  signal(name: NodeJS.Signals): void;
  /** Its exit code; -1 when a signal ended it. */
  readonly ended: Promise<number>;
  /** Ends it and waits until it is gone. */
  end(): Promise<void>;
}

/** Settings for a port that is free now. */
export async function freeAddress(): Promise<{ readonly SENID_ISSUER: string; readonly SENID_PORT: string }> {
  const port = String(await freePort());
  return { SENID_ISSUER: `http://localhost:${port}`, SENID_PORT: port };
}

/** `senid serve` as a process of its own; ready when it answers. */
export async function startServe(
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<ServeProcess> {
  const child: ChildProcess = spawn(process.execPath, [main, 'serve', ...args], {
    env: childEnvironment(environment),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = child.pid ?? 0;
  const ended = once(child, 'exit').then(([code]) => (code as number | null) ?? -1);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (text: Buffer) => text.includes('ready') && resolve());
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
  });
  const workers = (): number[] => {
    try {
      return execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
        .split('\n')
        .map(Number)
        .filter((each) => each > 0);
    } catch {
      // it has none
      return [];
    }
  };
  return {
    pid,
    workers,
    signal: (name) => void child.kill(name),
    ended,
    async end() {
      const all = workers();
      child.kill('SIGTERM');
      const late = setTimeout(() => {
        for (const each of [pid, ...all]) {
          try {
            process.kill(each, 'SIGKILL');
          } catch {
            // gone already
          }
        }
      }, 5000);
      await ended;
      clearTimeout(late);
    },
  };
}
