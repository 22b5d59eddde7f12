import type { Command } from 'commander';
import { type CommonOptions, print, refusing, withApplication } from './command-context.ts';
import { because, type OperatorOptions, operatorOf, sayingWho } from './operator.ts';

async function list(id: string, options: CommonOptions): Promise<void> {
  const found = await withApplication(options, ({ registry }) => registry.managers(id));
  print(options, found, found.managers);
}

async function set(id: string, managers: readonly string[], options: OperatorOptions): Promise<void> {
  const change = { managers, ...because(options) };
  const done = await withApplication(options, ({ registry }) => registry.setManagers(id, operatorOf(options), change));
  print(options, done, done.managers);
}

/** `senid clients managers …`: who looks after a service, beside operators. */
export function registerManagerCommands(clients: Command): void {
  const managers = clients.command('managers').description('who manages a service, beside operators');
  managers
    .command('list <id>')
    .description('their names')
    .action(refusing((id: string, _own: object, command: Command) => list(id, command.optsWithGlobals())));
  sayingWho(managers.command('set <id> <name...>'))
    .description('from now on these and nobody else: client:ID, client:ID/PERSON or operator:NAME')
    .action(refusing((id: string, names: string[], _own: object, command: Command) => set(id, names, command.optsWithGlobals())));
}
