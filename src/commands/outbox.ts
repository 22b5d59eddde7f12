import type { Command } from 'commander';
import { listMessages, reviveMessages } from '#src/outbox/messages.ts';
import { type CommonOptions, print, refusing, withApplication } from './command-context.ts';

interface OutboxOptions extends CommonOptions {
  readonly to?: string;
}

async function list(options: OutboxOptions): Promise<void> {
  const messages = await withApplication(options, ({ store }) => listMessages(store));
  const lines = messages.map(
    ({ id, state, kind, to, attempts, due_at: due, last_error: error }) =>
      `${id}\t${state}\t${kind}\t${to}\ttried ${attempts}\t${state === 'dead' ? '' : `due ${due}`}\t${error ?? ''}`,
  );
  print(options, messages, lines.length === 0 ? ['nothing waits'] : lines);
}

async function retry(options: OutboxOptions): Promise<void> {
  const moved = await withApplication(options, (application) => reviveMessages(application, options.to));
  print(options, { due: moved }, [`${moved} due again`]);
}

/** `senid outbox …`: what services are to be told, or agencies asked, and were not yet. */
export function registerOutboxCommands(program: Command): void {
  const outbox = program.command('outbox').description('messages to services and agencies');
  outbox
    .command('list')
    .description('what was given up and what waits')
    .action(refusing((_own: object, command: Command) => list(command.optsWithGlobals())));
  outbox
    .command('retry')
    .description('try what was given up once more')
    .option('--to <client>', 'of one service')
    .action(refusing((_own: object, command: Command) => retry(command.optsWithGlobals())));
}
