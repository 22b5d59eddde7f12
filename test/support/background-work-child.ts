import { setTimeout } from 'node:timers/promises';
import pino from 'pino';
import { startBackgroundWork } from '#src/background/background-work.ts';
import { createLeases } from '#src/background/leases.ts';
import { systemClock } from '#src/kernel/clock.ts';
import { systemRandom } from '#src/kernel/random.ts';
import { openStore } from '#src/storage/open-store.ts';

// One of several processes that have the same work: it says when it began and ended each time.
const [, , sqlitePath = '', mongoUri = '', everyMs = '100', takesMs = '10'] = process.argv;
const parts = { clock: systemClock, random: systemRandom };
const { store, signals, close } = await openStore(
  { profile: 'test', sqlitePath, mongoUri: mongoUri === '' ? undefined : mongoUri },
  parts,
);
const work = {
  name: 'drill',
  everyMs: Number(everyMs),
  async run() {
    const began = Date.now();
    await setTimeout(Number(takesMs));
    process.send?.({ began, ended: Date.now() });
  },
};
const leases = createLeases({ store, clock: systemClock }, signals.process);
const stop = startBackgroundWork([work], leases, pino({ level: 'silent' }));
process.once('message', async () => {
  await stop();
  await close();
  process.exit(0);
});
process.send?.('ready');
