import type { Clock } from '#src/kernel/clock.ts';
import type { Store } from '#src/kernel/store.ts';
import { leases } from './collections.ts';

export interface Leases {
  /** True when this process has the work for the next `forMs`: taken now, renewed, or taken over from one that let its time pass. */
  hold(work: string, forMs: number): Promise<boolean>;
  /** Lets another process take the work at once. */
  release(work: string): Promise<void>;
}

/** Leases on work, one holder at a time. Clocks may differ by a second: a holder stops that much before its time is over. */
export function createLeases({ store, clock }: { readonly store: Store; readonly clock: Clock }, holder: string): Leases {
  return {
    async hold(work, forMs) {
      const now = clock.now();
      const mine = { holder, until: now + forMs };
      const held = await store.get(leases, work);
      if (held === undefined) return store.insert(leases, { id: work, ...mine });
      if (held.holder !== holder && now < held.until + clockSkewMs) return false;
      const taken = await store.patch(leases, work, { holder: held.holder, until: held.until }, { set: mine });
      return taken.outcome === 'patched';
    },
    async release(work) {
      await store.patch(leases, work, { holder }, { set: { until: 0 } });
    },
  };
}

const clockSkewMs = 1000;
