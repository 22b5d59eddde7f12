import type { Command } from 'commander';
import { type CommonOptions, refusing, settingsFor } from './command-context.ts';

/** `senid serve`: the provider alone. */
export function registerServeCommand(program: Command): void {
  program
    .command('serve')
    .description('run the provider; settings from SENID_* and --config')
    .action(
      refusing(async (_own: object, command: Command) => {
        const settings = await settingsFor(command.optsWithGlobals<CommonOptions>(), { always: 'production' });
        const { serve } = await import('#src/serve.ts');
        const running = await serve(settings, { telemetry: process.env });
        process.stdout.write('ready\n');
        const stop = (): void => {
          running.stop().then(
            () => process.exit(0),
            () => process.exit(1),
          );
        };
        process.once('SIGINT', stop);
        process.once('SIGTERM', stop);
      }),
    );
}
