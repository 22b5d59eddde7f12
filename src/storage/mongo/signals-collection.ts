import type { MongoIndex } from './indexes.ts';
import { ttlIndex } from './indexes.ts';

/** The inbox of every process; not of the store port, since nobody but the signals may see it. */
export const signalsCollection = {
  name: 'signals',
  indexes: [{ name: 'inbox: to, at', key: { to: 1, at: 1 } }, ttlIndex] satisfies readonly MongoIndex[],
} as const;
