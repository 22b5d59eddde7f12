// Migrates the store named on the command line and is killed by the caller in the middle; tells how far it is.

import { leases } from '#src/background/collections.ts';
import { createLeases } from '#src/background/leases.ts';
import { systemClock } from '#src/kernel/clock.ts';
import { migrations } from '#src/storage/migrations/collections.ts';
import { migrate } from '#src/storage/migrations/migrate.ts';
import { openPlace } from './engines.ts';
import { cardsNow } from './versioned-collections.ts';

const collections = [cardsNow, leases, migrations] as never;
const store = await openPlace(process.argv[2] ?? '', collections);
const held = createLeases({ store, clock: systemClock }, `child ${process.pid}`);
await migrate({
  store,
  collections,
  hold: () => held.hold('migrate', 30_000),
  progress: (_collection, seen) => process.stdout.write(`${seen}\n`),
});
await store.close();
