import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { refusing } from './command-context.ts';
import { CommandRefused } from './refusals.ts';

interface BenchOptions {
  readonly store: string;
  readonly seconds?: string;
  readonly rounds?: string;
  readonly concurrency?: string;
  readonly pages?: string;
}

/** Scenarios that are programs of their own; all others are rows of `run.ts`. */
const ownPrograms: ReadonlyMap<string, string> = new Map([['waiting-pages', 'waiting-pages.ts']]);

/**
 * The program behind a scenario.
 * @param folder where the benchmark is
 * @throws {CommandRefused} `bench_missing` where SenID is installed without it
 */
export function programOf(scenario: string, folder = fileURLToPath(new URL('../../bench', import.meta.url))): string {
  const path = join(folder, ownPrograms.get(scenario) ?? 'run.ts');
  if (!existsSync(path))
    throw new CommandRefused('bench_missing', `there is no ${path}: the benchmark comes with a checkout of SenID, run it there`);
  return path;
}

/** `senid bench`: a load scenario on this machine, against servers that it starts itself; figures as one JSON value. */
export function registerBenchCommand(program: Command): void {
  program
    .command('bench <scenario>')
    .description('a load scenario of bench/ on this machine, beside bare oidc-provider; figures as JSON')
    .option('--store <engine>', 'sqlite or mongodb', 'sqlite')
    .option('--seconds <n>', 'how long each window is')
    .option('--rounds <n>', 'how many pairs of windows')
    .option('--concurrency <n>', 'how many operations at once')
    .option('--pages <n>', 'how many pages wait (waiting-pages)')
    .action(
      refusing(async (scenario: string, { store, ...sizes }: BenchOptions) => {
        const path = programOf(scenario);
        const which = path.endsWith('run.ts') ? ['--scenarios', scenario, '--store', store] : [];
        const given = Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, String(value)]);
        const child = spawn(process.execPath, [path, ...which, ...given, '--json'], { stdio: 'inherit' });
        process.exitCode = await new Promise<number>((resolve, reject) => {
          child.once('error', reject);
          child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
        });
      }),
    );
}
