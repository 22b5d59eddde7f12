import type { Clock } from '#src/kernel/clock.ts';
import type { ProviderParts } from '../parts.ts';
import type { ClientAdapterParts } from './client-adapter.ts';

/** What the adapters stand on. */
export type AdapterParts = ProviderParts & ClientAdapterParts;

/** When something saved for so many seconds ends, in milliseconds since the epoch; the library always names a life. */
export function expiryOf(clock: Clock, expiresInSeconds: number | undefined): number {
  if (expiresInSeconds === undefined) throw new TypeError('a document without a life time');
  return clock.now() + expiresInSeconds * 1000;
}
