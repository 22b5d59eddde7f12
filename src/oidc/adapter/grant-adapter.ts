import { type Adapter, type AdapterPayload, errors, Provider } from 'oidc-provider';
import { grants } from '../collections.ts';
import { ownCopy } from './own-copy.ts';
import { type AdapterParts, expiryOf } from './parts.ts';

/** Grants by their id, which is random and never leaves the server. One that was ended stays dead, whoever still writes to it. */
export function createGrantAdapter({ store, clock, reads }: AdapterParts): Pick<Adapter, 'upsert' | 'find' | 'destroy'> {
  const found = new WeakMap<object, Set<string>>();

  /** What a request has read, it changes and does not make. */
  function remember(id: string): void {
    const ctx = Provider.ctx;
    if (ctx !== undefined) found.set(ctx, (found.get(ctx) ?? new Set()).add(id));
  }

  return {
    async upsert(id, payload, expiresIn) {
      const kept = { payload: { ...payload }, expiresAt: expiryOf(clock, expiresIn) };
      const isKnown = Provider.ctx !== undefined && found.get(Provider.ctx)?.has(id) === true;
      const isThere = isKnown ? await store.amend(grants, id, {}, { set: kept }) : await store.insert(grants, { id, ...kept });
      if (!isThere) throw new errors.LoginRequired('the grant was ended');
      remember(id);
    },
    async find(id) {
      const grant = await reads.grant(id);
      if (grant !== undefined) remember(id);
      return ownCopy(grant?.payload) as AdapterPayload | undefined;
    },
    async destroy(id) {
      await store.remove(grants, id);
    },
  };
}
