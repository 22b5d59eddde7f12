import type { Command } from 'commander';
import type { IndexReport } from '#src/storage/mongo/apply-indexes.ts';
import { applyStoreIndexes } from '#src/storage/open-store.ts';
import { type CommonOptions, print, refusing, settingsFor } from './command-context.ts';

function linesOf({ collection, shardKey, present, missing, undeclared }: IndexReport): string[] {
  return [
    `${collection}  (shard key ${JSON.stringify(shardKey)})`,
    ...present.map((name) => `  there  ${name}`),
    ...missing.map((name) => `  made   ${name}`),
    ...undeclared.map((name) => `  not declared, left alone: ${name}`),
  ];
}

/** `senid indexes apply`: what a MongoDB store must have before a version serves on it. */
export function registerIndexCommands(program: Command): void {
  program
    .command('indexes')
    .description("the store's indexes")
    .command('apply')
    .description('make the collections and indexes that are missing (MongoDB); reads and writes go on meanwhile')
    .action(
      refusing(async (_own: object, command: Command) => {
        const options = command.optsWithGlobals<CommonOptions>();
        const settings = await settingsFor(options);
        const reports = await applyStoreIndexes(settings);
        const engine = settings.mongoUri === undefined ? 'sqlite' : 'mongodb';
        const lines = engine === 'sqlite' ? ['nothing to do: SQLite makes its indexes itself'] : reports.flatMap(linesOf);
        print(options, { engine, collections: reports }, lines);
      }),
    );
}
