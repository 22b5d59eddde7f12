import cluster from 'node:cluster';
import { type Command, InvalidArgumentError } from 'commander';
import pino from 'pino';
import { type Settings, SettingsError } from '#config/load.ts';
import type { RunningServer } from '#src/serve.ts';
import { startWorkers, workerReady } from '#src/serve-workers.ts';
import { type CommonOptions, refusing, settingsFor } from './command-context.ts';

/** Callers have this long to move to another worker before one that ends closes its connections, in milliseconds. */
const leastDrainMs = 1000;

function workersOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 256) throw new InvalidArgumentError('expected a number from 1 to 256');
  return count;
}

/** Ends once, whichever signal comes first. */
function endOnSignal(stop: () => Promise<void>): void {
  const end = (): void => {
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

async function serveAlone(settings: Settings): Promise<RunningServer> {
  const { serve } = await import('#src/serve.ts');
  return serve(settings, { telemetry: process.env });
}

/** One of several: the parent has the metrics and answers for all. */
async function serveAsWorker(settings: Settings): Promise<void> {
  const running = await serveAlone({ ...settings, metricsPort: undefined });
  endOnSignal(() => running.stop({ drainMs: Math.max(leastDrainMs, settings.drainSeconds * 1000) }));
  process.send?.(workerReady);
}

async function serveWithWorkers(settings: Settings, count: number): Promise<void> {
  if (settings.mongoUri === undefined && count > 1)
    throw new SettingsError('--workers: SQLite serves one process; several need MongoDB (SENID_STORE=mongodb://…)');
  const logger = pino({ level: settings.logLevel }, pino.destination({ dest: 2, sync: false }));
  const workers = await startWorkers(count, { logger, settings });
  endOnSignal(() => workers.stop());
  let replacing: Promise<unknown> = Promise.resolve();
  process.on('SIGHUP', () => {
    replacing = replacing
      .then(() => workers.replaceAll())
      .catch((err: unknown) => logger.error({ err }, 'workers could not be replaced'));
  });
}

/** `senid serve`: the provider alone. */
export function registerServeCommand(program: Command): void {
  program
    .command('serve')
    .description('run the provider; settings from SENID_* and --config')
    .option('--workers <n>', 'processes on one port (MongoDB); SIGHUP replaces them one after the other', workersOf)
    .action(
      refusing(async ({ workers }: { readonly workers?: number }, command: Command) => {
        const settings = await settingsFor(command.optsWithGlobals<CommonOptions>(), { always: 'production' });
        if (cluster.isWorker) return serveAsWorker(settings);
        if (workers !== undefined) await serveWithWorkers(settings, workers);
        else {
          const running = await serveAlone(settings);
          endOnSignal(() => running.stop());
        }
        process.stdout.write('ready\n');
      }),
    );
}
