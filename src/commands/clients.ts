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

async function put(file: string, options: CommonOptions): Promise<void> {
  const done = await withApplication(options, ({ registry }) => registry.put(readJson(file)));
  print(options, done, [
    `registered ${done.client_id}`,
    ...(done.client_secret === undefined ? [] : [`client_secret ${done.client_secret}`]),
    ...(done.state === undefined ? [] : [`still suspended; \`senid clients resume ${done.client_id}\` ends it`]),
  ]);
}

async function list(options: CommonOptions): Promise<void> {
  const found = await withApplication(options, ({ registry }) => registry.list());
  print(
    options,
    found,
    found.map((each) => `${each.client_id}\t${each.state}\t${each.class}\t${each.client_name}`),
  );
}

/** One member for people: each entry of a list on a line of its own, times as dates. */
function shownLines([name, value]: [string, unknown]): string[] {
  const isTime = name === 'client_id_issued_at' || name === 'updated_at';
  const entries = isTime ? [new Date(Number(value) * 1000).toISOString()] : Array.isArray(value) ? value : [value];
  const texts = entries.length === 0 ? ['-'] : entries.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
  return texts.map((text, at) => `${(at === 0 ? name : '').padEnd(32)} ${text}`);
}

async function show(id: string, options: CommonOptions): Promise<void> {
  const shown = await withApplication(options, ({ registry }) => registry.show(id));
  print(options, shown, Object.entries(shown).flatMap(shownLines));
}

async function setState(verb: 'suspend' | 'resume', id: string, options: CommonOptions): Promise<void> {
  await withApplication(options, ({ registry }) => registry[verb](id));
  const state = verb === 'suspend' ? 'suspended' : 'active';
  print(options, { client_id: id, state }, [`${id} is ${state}`]);
}

const withArgument = (work: (given: string, options: CommonOptions) => Promise<void>) =>
  refusing((given: string, _own: object, command: Command) => work(given, command.optsWithGlobals()));

/** `senid clients …`: relying parties as JSON. */
export function registerClientCommands(program: Command): void {
  const clients = program.command('clients').description('relying parties (services)');
  clients
    .command('put <file>')
    .description('register or replace a service; a generated secret is printed this once')
    .action(withArgument(put));
  clients
    .command('list')
    .description('every registered service')
    .action(refusing((_own: object, command: Command) => list(command.optsWithGlobals())));
  clients
    .command('show <id>')
    .description('one service as it is registered, without its secret; with --json fit to be edited and put again')
    .action(withArgument(show));
  clients
    .command('suspend <id>')
    .description('stop a service: its requests and tokens end within five seconds')
    .action(withArgument((id, options) => setState('suspend', id, options)));
  clients
    .command('resume <id>')
    .description('let a suspended service work again')
    .action(withArgument((id, options) => setState('resume', id, options)));
}
