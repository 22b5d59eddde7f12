import { type Command, InvalidArgumentError } from 'commander';
import { print, refusing, withApplication } from './command-context.ts';
import { because, type OperatorOptions, operatorOf, sayingWho } from './operator.ts';

function time(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new InvalidArgumentError('expected a time like 2026-12-31T17:00:00Z');
  return at;
}

type AddOptions = OperatorOptions & { readonly expires?: number; readonly othersUntil?: number };

async function add(id: string, options: AddOptions): Promise<void> {
  const { expires: expiresAt, othersUntil } = options;
  const added = await withApplication(options, ({ registry }) =>
    registry.addSecret(id, operatorOf(options), { expiresAt, othersUntil, ...because(options) }),
  );
  print(options, added, [`added ${added.secret_id}`, `client_secret ${added.client_secret}`]);
}

async function list(id: string, options: OperatorOptions): Promise<void> {
  const found = await withApplication(options, ({ registry }) => registry.secrets(id));
  const lines = found.map((each) => [each.secret_id, each.state, each.created_at, each.expires_at ?? 'until revoked'].join('\t'));
  print(options, found, lines);
}

async function expire(id: string, secretId: string, options: OperatorOptions & { readonly at: number }): Promise<void> {
  await withApplication(options, ({ registry }) =>
    registry.expireSecret(id, operatorOf(options), { secretId, at: options.at, ...because(options) }),
  );
  const at = new Date(options.at).toISOString();
  print(options, { client_id: id, secret_id: secretId, expires_at: at }, [`${secretId} ends at ${at}`]);
}

async function revoke(id: string, secretId: string, options: OperatorOptions): Promise<void> {
  await withApplication(options, ({ registry }) =>
    registry.revokeSecret(id, operatorOf(options), { secretId, ...because(options) }),
  );
  print(options, { client_id: id, secret_id: secretId, state: 'revoked' }, [`${secretId} is revoked`]);
}

/** `senid clients secrets …`: several at once, so that a service changes over without a break. */
export function registerSecretCommands(clients: Command): void {
  const secrets = clients.command('secrets').description('what a service authenticates with');
  sayingWho(secrets.command('add <id>'))
    .option('--expires <time>', 'when it ends', time)
    .option('--others-until <time>', 'until when the others go on beside it', time)
    .description('another secret, printed this once; the others go on')
    .action(refusing((id: string, _own: object, command: Command) => add(id, command.optsWithGlobals())));
  secrets
    .command('list <id>')
    .description('when each was made and ends; never its value')
    .action(refusing((id: string, _own: object, command: Command) => list(id, command.optsWithGlobals())));
  sayingWho(secrets.command('expire <id> <secret>'))
    .requiredOption('--at <time>', 'when it ends', time)
    .description('let a secret end at a time, no later than it was to')
    .action(
      refusing((id: string, secret: string, _own: object, command: Command) => expire(id, secret, command.optsWithGlobals())),
    );
  sayingWho(secrets.command('revoke <id> <secret>'))
    .description('take a secret away: within five seconds it opens nothing')
    .action(
      refusing((id: string, secret: string, _own: object, command: Command) => revoke(id, secret, command.optsWithGlobals())),
    );
}
