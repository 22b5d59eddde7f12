import { type Adapter, type AdapterPayload, Provider } from 'oidc-provider';
import { formatMethods } from '#src/assurance/session-methods.ts';
import { textParam } from '#src/sign-in/authorization-request.ts';
import { type InteractionDocument, type InteractionPayload, interactions } from '#src/sign-in/collections.ts';
import { openHints, sealHints } from '#src/sign-in/hints.ts';
import { signInResult } from '#src/sign-in/sign-in-result.ts';
import { browserOf } from '../request-browser.ts';
import { ownCopy } from './own-copy.ts';
import { type AdapterParts, expiryOf } from './parts.ts';

/** A journey's end, as the library expects it in an interaction's `result`; undefined while nobody has signed in or answered. */
function resultOf(document: InteractionDocument): Record<string, unknown> | undefined {
  const { result } = document;
  if (result?.outcome === 'refused') return { error: result.error, error_description: result.description };
  const signedIn = signInResult(document);
  const login = signedIn && {
    accountId: signedIn.accountId,
    amr: formatMethods(signedIn.methods),
    ts: signedIn.at,
    remember: true,
    counted: formatMethods(signedIn.counted),
  };
  const consent = result?.outcome === 'consent-answered' ? {} : undefined;
  return login === undefined && consent === undefined ? undefined : { ...(login && { login }), ...(consent && { consent }) };
}

/** A taken-up interaction only has to be there for a moment more, so that a second attempt is recognised. */
const keptAfterwardsMs = 60_000;

const isResume = (): boolean => Provider.ctx?.oidc.route === 'resume';

/** Somebody else is signed in in this browser: the library signs them out first and then resumes once more. */
function isAfterSignOut({ accountId }: InteractionDocument): boolean {
  const signedIn = Provider.ctx?.oidc.session?.accountId;
  return signedIn !== undefined && accountId !== undefined && accountId !== signedIn;
}

/**
 * Interactions: the library's payload beside the journey's progress. Resuming takes a finished one up in one atomic patch, so a second
 * tab or a replayed address gets no second code.
 */
export function createInteractionAdapter(parts: AdapterParts): Pick<Adapter, 'upsert' | 'find' | 'destroy'> {
  const { store, clock, reads, sealing } = parts;

  async function takeUp(id: string): Promise<InteractionDocument | undefined> {
    const taken = await store.patch(
      interactions,
      id,
      { takenUp: undefined },
      { set: { takenUp: true, expiresAt: clock.now() + keptAfterwardsMs } },
    );
    if (taken.outcome !== 'patched') return undefined;
    const { accountId, payload } = taken.document;
    reads.begin({ accountId, clientId: textParam(payload.params, 'client_id') });
    if (isAfterSignOut(taken.document)) await store.patch(interactions, id, {}, { unset: ['takenUp'] });
    return taken.document;
  }

  return {
    async upsert(id, payload, expiresIn) {
      const { result: _, ...rest } = payload;
      const whole = rest as unknown as InteractionPayload;
      const { params, ...hints } = sealHints(sealing, id, whole.params);
      // the details of a prompt repeat what the service sent, and nobody asks for them
      const kept: InteractionPayload = { ...whole, params, prompt: { name: whole.prompt.name, reasons: whole.prompt.reasons } };
      const expiresAt = expiryOf(clock, expiresIn);
      const ctx = Provider.ctx;
      const document: InteractionDocument = {
        id,
        payload: kept,
        ...hints,
        expiresAt,
        ...(ctx === undefined ? {} : { from: browserOf(ctx) }),
      };
      if (!(await store.insert(interactions, document)))
        await store.patch(interactions, id, {}, { set: { payload: kept, ...hints, expiresAt } });
    },
    async find(id) {
      const found = await (isResume() ? takeUp(id) : store.get(interactions, id));
      if (found === undefined) return undefined;
      const result = resultOf(found);
      return {
        ...ownCopy({ ...found.payload, params: openHints(sealing, found) }),
        ...(result && { result }),
      } as unknown as AdapterPayload;
    },
    async destroy(id) {
      // a resumed one was taken up already and goes by itself
      if (!isResume()) await store.remove(interactions, id);
    },
  };
}
