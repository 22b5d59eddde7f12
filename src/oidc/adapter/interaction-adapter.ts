import { type Adapter, type AdapterPayload, errors, Provider } from 'oidc-provider';
import { formatMethods } from '#src/assurance/session-methods.ts';
import { type InteractionDocument, type InteractionPayload, interactions, type JourneyResult } from '#src/sign-in/collections.ts';
import { browserOf } from '../request-browser.ts';
import { type AdapterParts, expiryOf } from './parts.ts';

/** A journey's end, as the library expects it in an interaction's `result`. */
function resultOf(result: JourneyResult): Record<string, unknown> {
  if (result.outcome === 'refused') return { error: result.error, error_description: result.description };
  return {
    login: {
      accountId: result.accountId,
      amr: formatMethods(result.methods),
      ts: result.at,
      remember: true,
      counted: formatMethods(result.counted),
    },
    consent: {},
  };
}

/**
 * Interactions: the library's payload beside the journey's progress. `destroy` is how the library takes a finished interaction up; it
 * succeeds once, so a second browser tab or a replayed address gets no second code.
 */
export function createInteractionAdapter({ store, clock }: AdapterParts): Pick<Adapter, 'upsert' | 'find' | 'destroy'> {
  return {
    async upsert(id, payload, expiresIn) {
      const { result: _, ...rest } = payload;
      const kept = rest as unknown as InteractionPayload;
      const expiresAt = expiryOf(clock, expiresIn);
      const known = await store.patch(interactions, id, {}, { set: { payload: kept, expiresAt } });
      if (known.outcome === 'patched') return;
      const ctx = Provider.ctx;
      const document: InteractionDocument = {
        id,
        payload: kept,
        expiresAt,
        ...(ctx === undefined ? {} : { from: browserOf(ctx) }),
      };
      await store.insert(interactions, document);
    },
    async find(id) {
      const found = await store.get(interactions, id);
      if (found === undefined) return undefined;
      return {
        ...found.payload,
        ...(found.result === undefined ? {} : { result: resultOf(found.result) }),
      } as unknown as AdapterPayload;
    },
    async destroy(id) {
      if (!(await store.remove(interactions, id))) throw new errors.SessionNotFound('this sign-in was finished already');
    },
  };
}
