import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How a server's heap is sized: V8's flags, and what belongs into its environment. */
export interface Heap {
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The heap that `senid serve` gives itself, or the flags that this process was started with where it has any. */
export function heapAsServed(): Heap {
  const own = process.execArgv;
  if (own.length > 0) return { flags: own, environment: {} };
  return JSON.parse(readFileSync(new URL('../bin/small-heap.json', import.meta.url), 'utf8')) as Heap;
}

/** Whether processes can be kept on cores here. */
export const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** Keeps a running process with all its threads on one core, where the machine lets us. */
export function pin(pid: number, core: number): void {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)]);
}

export interface ServerProcess {
  readonly pid: number;
  /** All that it has printed so far. */
  printed(): string;
  stop(): Promise<void>;
}

/**
 * A server of the benchmark as a process of its own on core 0, ready.
 * @param file in this folder; it prints `ready`
 */
export async function startServer(
  file: string,
  env: Readonly<Record<string, string>>,
  { flags, environment }: Heap = { flags: [], environment: {} },
): Promise<ServerProcess> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [...flags, path], {
    env: { ...environment, ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  pin(child.pid ?? 0, 0);
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      printed += text.toString();
      if (printed.includes('ready')) resolve();
    });
    child.once('exit', () => reject(new Error(`${file} ended`)));
  });
  // threads that it started meanwhile
  pin(child.pid ?? 0, 0);
  return {
    pid: child.pid ?? 0,
    printed: () => printed,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
