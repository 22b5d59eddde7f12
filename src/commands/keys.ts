import type { Command } from 'commander';
import { type CommonOptions, print, refusing, withApplication } from './command-context.ts';

/** `senid keys …`: what tokens are signed with. */
export function registerKeyCommands(program: Command): void {
  program
    .command('keys')
    .description('signing keys')
    .command('list')
    .description('the public side of every key')
    .action(
      refusing(async (_own: object, command: Command) => {
        const options = command.optsWithGlobals<CommonOptions>();
        const keys = await withApplication(options, ({ signingKeys }) => signingKeys.list());
        print(
          options,
          keys,
          keys.map(({ kid, alg, createdAt }) => `${kid}\t${alg}\t${createdAt}`),
        );
      }),
    );
}
