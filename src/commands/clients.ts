import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { HistoryEntry, MemberChange } from '#src/clients/history.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { registerManagerCommands } from './clients-managers.ts';
import { registerReviewCommands } from './clients-review.ts';
import { registerSecretCommands } from './clients-secrets.ts';
import { registerTesterCommands } from './clients-testers.ts';
import { type CommonOptions, print, refusing, withApplication } from './command-context.ts';
import { because, type OperatorOptions, operatorOf, sayingWho } from './operator.ts';
import { quoted } from './printed-command.ts';

function readJson(file: string): unknown {
  const text = readFileSync(file === '-' ? 0 : file, 'utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DomainError('client_metadata_invalid', { detail: `not JSON: ${(cause as Error).message}` });
  }
}

/** What an operator does next with what does not work yet. */
const nextOf = (id: string): Readonly<Record<string, string>> => ({
  suspended: `still suspended; \`senid clients resume ${quoted(id)}\` ends it`,
  review: `waits for another operator: \`senid clients compare ${quoted(id)}\``,
});

async function put(file: string, options: OperatorOptions): Promise<void> {
  const done = await withApplication(options, ({ registry }) =>
    registry.put(readJson(file), operatorOf(options), because(options)),
  );
  const next = nextOf(done.client_id)[done.state ?? ''];
  print(options, done, [
    `registered ${done.client_id}`,
    ...(done.client_secret === undefined ? [] : [`client_secret ${done.client_secret}`]),
    ...(next === undefined ? [] : [next]),
  ]);
}

async function list(options: CommonOptions): Promise<void> {
  const found = await withApplication(options, ({ registry }) => registry.list());
  const waiting = (stage: string | undefined): string => (stage === undefined ? '' : ` (a version: ${stage})`);
  print(
    options,
    found,
    found.map((each) => `${each.client_id}\t${each.state}${waiting(each.waiting)}\t${each.class}\t${each.client_name}`),
  );
}

/** One member for people: each entry of a list on a line of its own, times as dates. */
function shownLines([name, value]: [string, unknown]): string[] {
  const isTime = name === 'client_id_issued_at' || name === 'updated_at' || name === 'client_secret_expires_at';
  const entries = isTime ? [new Date(Number(value) * 1000).toISOString()] : Array.isArray(value) ? value : [value];
  const texts = entries.length === 0 ? ['-'] : entries.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
  return texts.map((text, at) => `${(at === 0 ? name : '').padEnd(32)} ${text}`);
}

async function show(id: string, options: CommonOptions & { readonly waiting?: boolean }): Promise<void> {
  const which = options.waiting === true ? 'waiting' : 'working';
  const shown = await withApplication(options, ({ registry }) => registry.show(id, which));
  print(options, shown, Object.entries(shown).flatMap(shownLines));
}

const changeLine = ({ member, before, after }: MemberChange): string =>
  `  ${member}: ${JSON.stringify(before) ?? '-'} → ${JSON.stringify(after) ?? '-'}`;

async function compare(id: string, options: CommonOptions): Promise<void> {
  const { version, changes, sharesSectorWith } = await withApplication(options, ({ registry }) => registry.compare(id));
  print(options, { client_id: id, version, changes, sector_shared_with: sharesSectorWith }, [
    ...changes.map(changeLine),
    ...(sharesSectorWith.length === 0 ? [] : [`knows people by the same identifiers as ${sharesSectorWith.join(', ')}`]),
    `to approve this and nothing that is changed after it: \`senid clients approve ${quoted(id)} --seen ${version}\``,
  ]);
}

const told = ({ at, id: _, clientId, ...entry }: HistoryEntry): object => ({
  client_id: clientId,
  at: new Date(at).toISOString(),
  ...entry,
});

/** An entry for people: who, when, what and why, then each member as it was and as it became. */
function historyLines({ at, by, via, action, state, changes, reason, approval }: HistoryEntry): string[] {
  const notes = [reason, approval].filter((note) => note !== undefined);
  return [
    [new Date(at).toISOString(), by, `(${via})`, action, '→', state, ...notes.map((note) => `“${note}”`)].join(' '),
    ...changes.map(changeLine),
  ];
}

async function history(id: string, options: CommonOptions): Promise<void> {
  const found = await withApplication(options, ({ registry }) => registry.history(id));
  print(options, found.map(told), found.flatMap(historyLines));
}

const withArgument = <Options extends CommonOptions>(work: (given: string, options: Options) => Promise<void>) =>
  refusing((given: string, _own: object, command: Command) => work(given, command.optsWithGlobals<Options>()));

/** `senid clients …`: relying parties as JSON. */
export function registerClientCommands(program: Command): void {
  const clients = program.command('clients').description('relying parties (services)');
  sayingWho(clients.command('put <file>'))
    .description(
      'register or replace a service; a generated secret is printed this once; in production another operator approves it',
    )
    .action(withArgument(put));
  clients
    .command('list')
    .description('every service, and where it stands')
    .action(refusing((_own: object, command: Command) => list(command.optsWithGlobals())));
  clients
    .command('show <id>')
    .option('--waiting', 'the version that waits, not the one that works')
    .description('one service as it is registered, without its secret; with --json fit to be edited and put again')
    .action(withArgument(show));
  clients
    .command('compare <id>')
    .description('what an approval of the version that waits would change, and the command that approves exactly this')
    .action(withArgument(compare));
  clients.command('history <id>').description('who changed what of a service, when and why').action(withArgument(history));
  registerReviewCommands(clients);
  registerSecretCommands(clients);
  registerTesterCommands(clients);
  registerManagerCommands(clients);
}
