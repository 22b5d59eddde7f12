import type { Clock } from '#src/kernel/clock.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';
import type { Consumption } from '../consumption.ts';
import type { RequestReads } from '../request-reads.ts';
import type { ClientAdapterParts } from './client-adapter.ts';

/** What the adapters stand on. */
export interface AdapterParts extends ClientAdapterParts {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly reads: RequestReads;
  readonly consumption: Consumption;
}

/** When something saved for so many seconds ends, in milliseconds since the epoch; the library always names a life. */
export function expiryOf(clock: Clock, expiresInSeconds: number | undefined): number {
  if (expiresInSeconds === undefined) throw new TypeError('a document without a life time');
  return clock.now() + expiresInSeconds * 1000;
}
