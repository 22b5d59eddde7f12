import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { DomainError } from '#src/kernel/domain-error.ts';
import { type CommonOptions, print, refusing, withApplication } from './command-context.ts';

function readJson(file: string): unknown {
  const text = readFileSync(file === '-' ? 0 : file, 'utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DomainError('client_metadata_invalid', { detail: `not JSON: ${(cause as Error).message}` });
  }
}

/** `senid clients …`: relying parties as JSON. */
export function registerClientCommands(program: Command): void {
  const clients = program.command('clients').description('relying parties (services)');
  clients
    .command('put <file>')
    .description('register or replace a service; a generated secret is printed this once')
    .action(
      refusing(async (file: string, _options: object, command: Command) => {
        const options = command.optsWithGlobals<CommonOptions>();
        const put = await withApplication(options, ({ registry }) => registry.put(readJson(file)));
        print(options, put, [
          `registered ${put.client_id}`,
          ...(put.client_secret === undefined ? [] : [`client_secret ${put.client_secret}`]),
        ]);
      }),
    );
  clients
    .command('list')
    .description('every registered service')
    .action(
      refusing(async (_options: object, command: Command) => {
        const options = command.optsWithGlobals<CommonOptions>();
        const found = await withApplication(options, ({ registry }) => registry.list());
        const rows = found.map(({ id, state, name, policy }) => ({
          client_id: id,
          state,
          client_name: name.vi,
          class: policy.class,
          min_acr: policy.minAcr,
        }));
        print(
          options,
          rows,
          rows.map((row) => `${row.client_id}\t${row.state}\t${row.class}\t${row.client_name}`),
        );
      }),
    );
  clients
    .command('show <id>')
    .description('one service as it is registered, without its secret')
    .action(
      refusing(async (id: string, _options: object, command: Command) => {
        const options = command.optsWithGlobals<CommonOptions>();
        const client = await withApplication(options, ({ registry }) => registry.show(id));
        print(options, client, [JSON.stringify(client, undefined, 2)]);
      }),
    );
  clients
    .command('suspend <id>')
    .description('stop a service: its requests and tokens end within five seconds')
    .action(
      refusing(async (id: string, _options: object, command: Command) => {
        const options = command.optsWithGlobals<CommonOptions>();
        await withApplication(options, ({ registry }) => registry.suspend(id));
        print(options, { client_id: id, state: 'suspended' }, [`suspended ${id}`]);
      }),
    );
}
