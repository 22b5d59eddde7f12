import type { Command } from 'commander';
import { createLeases } from '#src/background/leases.ts';
import { systemClock } from '#src/kernel/clock.ts';
import { systemRandom } from '#src/kernel/random.ts';
import { allCollections } from '#src/storage/collections.ts';
import { lookAtStore, requireStarted } from '#src/storage/look-at-store.ts';
import { migrate } from '#src/storage/migrations/migrate.ts';
import { openStore } from '#src/storage/open-store.ts';
import { type CommonOptions, print, refusing, settingsFor } from './command-context.ts';
import { counted, sayProgress } from './progress.ts';

/** A page takes far less; a run that was cut off is taken up after as long. */
const leaseMs = 30_000;

async function runMigrations(options: CommonOptions): Promise<void> {
  const settings = await settingsFor(options);
  requireStarted(await lookAtStore(settings));
  const { store, close } = await openStore(settings, { clock: systemClock, random: systemRandom });
  const leases = createLeases({ store, clock: systemClock }, systemRandom.bytes(8).toString('hex'));
  const say = sayProgress();
  try {
    const changed = await migrate({
      store,
      collections: allCollections,
      hold: () => leases.hold('migrate', leaseMs),
      progress: (collection, seen, count) => say(`${collection}: ${counted(seen)} seen, ${counted(count)} changed`),
    });
    const lines = Object.entries(changed).map(([collection, count]) => `${collection}: ${counted(count)} changed`);
    print(options, { changed }, lines.length === 0 ? ['nothing to do: every document has the first version'] : lines);
  } finally {
    await leases.release('migrate').catch(() => undefined);
    await close();
  }
}

/** `senid migrate`: stored documents in the version of this code, while processes of two versions serve. */
export function registerMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('write stored documents in the form of this version; may run while servers do, and again after it was cut off')
    .action(refusing((_own: object, command: Command) => runMigrations(command.optsWithGlobals())));
}
