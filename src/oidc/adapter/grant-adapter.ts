import { type Adapter, type AdapterPayload, errors, Provider } from 'oidc-provider';
import { CommitConflict, type Write, write } from '#src/kernel/store.ts';
import { grants } from '../collections.ts';
import { requestState } from '../request-state.ts';
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

  /** What the request writes down together with its grant; once. */
  function besideGrant(): Write | undefined {
    if (Provider.ctx === undefined) return undefined;
    const state = requestState(Provider.ctx);
    const { besideGrant: beside } = state;
    state.besideGrant = undefined;
    return beside;
  }

  async function commitsWith(beside: Write, grant: Write): Promise<boolean> {
    try {
      await store.commit([grant, beside]);
      return true;
    } catch (conflict) {
      if (!(conflict instanceof CommitConflict)) throw conflict;
      return false;
    }
  }

  return {
    async upsert(id, payload, expiresIn) {
      const kept = { payload: { ...payload }, expiresAt: expiryOf(clock, expiresIn) };
      const isKnown = Provider.ctx !== undefined && found.get(Provider.ctx)?.has(id) === true;
      const beside = besideGrant();
      const isThere =
        beside !== undefined
          ? await commitsWith(beside, isKnown ? write.patch(grants, id, {}, { set: kept }) : write.insert(grants, { id, ...kept }))
          : isKnown
            ? await store.amend(grants, id, {}, { set: kept })
            : await store.insert(grants, { id, ...kept });
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
