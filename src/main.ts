import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { registerAuditCommands } from './commands/audit.ts';
import { registerBackupCommands } from './commands/backup.ts';
import { registerBenchCommand } from './commands/bench.ts';
import { registerClientCommands } from './commands/clients.ts';
import { registerConsentCommands } from './commands/consents.ts';
import { registerConsoleCommands } from './commands/console.ts';
import { registerDemoCommand } from './commands/demo.ts';
import { registerDoctorCommand } from './commands/doctor.ts';
import { registerDocumentCommands } from './commands/documents.ts';
import { registerFeedbackCommands } from './commands/feedback.ts';
import { registerIndexCommands } from './commands/indexes.ts';
import { registerKeyCommands } from './commands/keys.ts';
import { registerMigrateCommand } from './commands/migrate.ts';
import { registerOutboxCommands } from './commands/outbox.ts';
import { registerPeopleCommands } from './commands/people.ts';
import { registerPhoneCommands } from './commands/phone.ts';
import { registerServeCommand } from './commands/serve.ts';

function version(): string {
  return (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
}

function createProgram(): Command {
  const program = new Command('senid')
    .description('An open national e-identification provider')
    .version(version(), '--version', 'the version of this program')
    .option('--json', 'one JSON value for machines')
    .option('--config <file>', 'settings as JSON');
  for (const register of [
    registerDemoCommand,
    registerServeCommand,
    registerClientCommands,
    registerPeopleCommands,
    registerConsoleCommands,
    registerFeedbackCommands,
    registerConsentCommands,
    registerDocumentCommands,
    registerOutboxCommands,
    registerPhoneCommands,
    registerAuditCommands,
    registerKeyCommands,
    registerIndexCommands,
    registerBackupCommands,
    registerMigrateCommand,
    registerBenchCommand,
    registerDoctorCommand,
  ]) {
    register(program);
  }
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  for (const command of all(program)) {
    command.exitOverride();
    // understood anywhere on the line
    if (command !== program) command.option('--json', 'one JSON value for machines').option('--config <file>', 'settings as JSON');
  }
  return program;
}

/** Runs one command line. Exit codes: 0 done, 1 refused with a reason, 2 wrong usage. */
export async function run(argv: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync([...argv], { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    process.exitCode = thrown.exitCode === 0 ? 0 : 2;
  }
}

const isEntry = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isEntry) await run(process.argv.slice(2));
