import type { Command } from 'commander';
import type { ListedKey } from '#src/oidc/signing-keys.ts';
import { type CommonOptions, print, refusing, withApplication } from './command-context.ts';

const says: Record<ListedKey['state'], (key: ListedKey) => string> = {
  next: ({ signsFrom }) => `published, signs from ${signsFrom}`,
  current: ({ signsFrom }) => `signs, since ${signsFrom}`,
  retired: ({ publishedUntil }) => `signs no more, published until ${publishedUntil}`,
  gone: ({ destroyedAt }) =>
    destroyedAt === null
      ? 'published no longer, destroyed by the next rotation'
      : `verifies records, its private half destroyed ${destroyedAt}`,
};

const lineOf = (key: ListedKey): string => `${key.kid}\t${key.alg}\t${key.state}\t${says[key.state](key)}`;

/** `senid keys …`: what tokens are signed with. */
export function registerKeyCommands(program: Command): void {
  const keys = program.command('keys').description('signing keys');
  keys
    .command('list')
    .description('the public side of every key, and what it is doing')
    .action(
      refusing(async (_own: object, command: Command) => {
        const options = command.optsWithGlobals<CommonOptions>();
        const listed = await withApplication(options, ({ signingKeys }) => signingKeys.list());
        print(options, listed, listed.map(lineOf));
      }),
    );
  keys
    .command('rotate')
    .description('make new keys; they are published at once and sign an hour later, while everything serves')
    .action(
      refusing(async (_own: object, command: Command) => {
        const options = command.optsWithGlobals<CommonOptions>();
        const { rotated, listed } = await withApplication(options, async ({ signingKeys }) => ({
          rotated: await signingKeys.rotate(),
          listed: await signingKeys.list(),
        }));
        const waiting = rotated ? [] : ['nothing was made: the keys of the last rotation wait to sign'];
        print(options, { rotated, keys: listed }, [...waiting, ...listed.map(lineOf)]);
      }),
    );
}
