import type { Adapter, AdapterPayload } from 'oidc-provider';
import { grants } from '../collections.ts';
import { ownCopy } from './own-copy.ts';
import { type AdapterParts, expiryOf } from './parts.ts';

/** Grants by their id, which is random and never leaves the server. */
export function createGrantAdapter({ store, clock, reads }: AdapterParts): Pick<Adapter, 'upsert' | 'find' | 'destroy'> {
  return {
    async upsert(id, payload, expiresIn) {
      await store.upsert(grants, { id, payload: { ...payload }, expiresAt: expiryOf(clock, expiresIn) });
    },
    async find(id) {
      return ownCopy((await reads.grant(id))?.payload) as AdapterPayload | undefined;
    },
    async destroy(id) {
      await store.remove(grants, id);
    },
  };
}
