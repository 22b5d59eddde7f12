import { collection } from '#src/kernel/store.ts';

/** Who does a piece of background work until when. Kept past its end, so that taking it over is one compare-and-set. */
export interface LeaseDocument {
  /** The name of the work. */
  readonly id: string;
  readonly holder: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

export const leases = collection<LeaseDocument>()({
  name: 'leases',
  lifetime: 'kept',
  durability: 'buffered',
  restored: 'never',
});
