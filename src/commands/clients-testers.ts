import type { Command } from 'commander';
import type { ListedTester } from '#src/clients/testers.ts';
import { print, refusing, withApplication } from './command-context.ts';
import { because, type OperatorOptions, operatorOf, sayingWho } from './operator.ts';

const lineOf = ({ tester_id: id, label, added_at: at }: ListedTester): string => [id, label, at].join('\t');

async function add(id: string, idNumber: string, options: OperatorOptions & { readonly label: string }): Promise<void> {
  const tester = { idNumber, label: options.label, ...because(options) };
  const added = await withApplication(options, ({ registry }) => registry.addTester(id, operatorOf(options), tester));
  print(options, added, [lineOf(added)]);
}

async function list(id: string, options: OperatorOptions): Promise<void> {
  const found = await withApplication(options, ({ registry }) => registry.testers(id));
  print(options, found, found.map(lineOf));
}

async function remove(id: string, testerId: string, options: OperatorOptions): Promise<void> {
  const removed = await withApplication(options, ({ registry }) =>
    registry.removeTester(id, operatorOf(options), { testerId, ...because(options) }),
  );
  print(options, removed, [`removed ${removed.tester_id}`]);
}

/** `senid clients testers …`: who may sign in at a service that is in the sandbox, beside invented people. */
export function registerTesterCommands(clients: Command): void {
  const testers = clients.command('testers').description('who may sign in while a service is in the sandbox');
  sayingWho(testers.command('add <id> <id-number>'))
    .requiredOption('--label <text>', 'what the service calls them')
    .description('name a person; whether there is such an account is not said')
    .action(refusing((id: string, number: string, _own: object, command: Command) => add(id, number, command.optsWithGlobals())));
  testers
    .command('list <id>')
    .description('whom the service has named')
    .action(refusing((id: string, _own: object, command: Command) => list(id, command.optsWithGlobals())));
  sayingWho(testers.command('remove <id> <tester>'))
    .description('their sign-ins and tokens end within five seconds')
    .action(
      refusing((id: string, tester: string, _own: object, command: Command) => remove(id, tester, command.optsWithGlobals())),
    );
}
