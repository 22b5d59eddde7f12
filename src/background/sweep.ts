import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from '#src/kernel/store.ts';
import type { Work } from './background-work.ts';

const sweptTogether = 2000;

/** Deletes what has expired, some at a time, so that requests come in between. Expiry itself is enforced on every read. */
export const sweep = (store: Pick<Store, 'sweep'>): Work => ({
  name: 'sweep',
  everyMs: 30_000,
  async run() {
    while ((await store.sweep(sweptTogether)) >= sweptTogether) await pause(20);
  },
});
