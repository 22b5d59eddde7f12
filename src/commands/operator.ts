import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Actor } from '#src/clients/actor.ts';
import type { CommonOptions } from './command-context.ts';

/** Commands that change a service are told, or find out, in whose name. */
export interface OperatorOptions extends CommonOptions {
  readonly as?: string;
  readonly reason?: string;
}

const systemUser = (): string => {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
};

/** Who types: as they say, else as the system knows them. The history has both, for whoever has the keys of the store can say any name. */
export function operatorOf({ as }: OperatorOptions): Actor {
  const user = systemUser();
  return { id: `operator:${as ?? user}`, roles: ['operator'], via: `command line, ${user}` };
}

function name(text: string): string {
  if (!/^[A-Za-z0-9._@-]{1,64}$/.test(text)) throw new InvalidArgumentError('expected letters, digits and . _ @ -');
  return text;
}

/** Who and why, for the history of a service. */
export const sayingWho = (command: Command, { isReasonNeeded = false } = {}): Command =>
  command
    .addOption(new Option('--reason <text>', 'why, for the history').makeOptionMandatory(isReasonNeeded))
    .option('--as <name>', 'who you are, for the history; the name of your system account, unless this says another', name);

export const because = ({ reason }: OperatorOptions): { reason?: string } => (reason === undefined ? {} : { reason });
