import type { Sealing } from '#src/kernel/sealing.ts';
import { isObject } from './constraints.ts';

/** A keyed digest of a value of one claim: what a service asks after is mostly true, and requests are kept. */
export type ValueDigest = (claim: string, value: unknown) => string;

/** One text for values that are equal, whatever the order of their members. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_name, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1))) : inner,
  );

export const createValueDigest =
  (sealing: Pick<Sealing, 'blindIndex'>): ValueDigest =>
  (claim, value) =>
    sealing.blindIndex('asked-value', canonical([claim, value]));
