import { spawn } from 'node:child_process';
import { accessSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { refusing } from './command-context.ts';

interface BenchOptions {
  readonly store: string;
  readonly seconds?: string;
  readonly rounds?: string;
  readonly concurrency?: string;
  readonly pages?: string;
}

/** Scenarios that are programs of their own; all others are rows of `run.ts`. */
const ownPrograms: Readonly<Record<string, string>> = { 'waiting-pages': 'waiting-pages.ts' };

/** The program behind a scenario. @throws ENOENT where SenID is installed without its benchmark */
function programOf(scenario: string): string {
  const file = Object.hasOwn(ownPrograms, scenario) ? ownPrograms[scenario] : 'run.ts';
  const path = fileURLToPath(new URL(`../../bench/${file}`, import.meta.url));
  accessSync(path);
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
