import type { ProvenMethod } from '#src/assurance/methods.ts';
import { mergeMethods } from '#src/assurance/session-methods.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Change, Store } from '#src/kernel/store.ts';
import { type InteractionDocument, interactions, type JourneyProgress, type JourneyResult } from './collections.ts';

/** Moves of a journey. Each is one atomic patch that needs the journey unfinished; undefined means it is over. */
async function move(store: Store, uid: string, change: Change<InteractionDocument>): Promise<InteractionDocument | undefined> {
  const moved = await store.patch(interactions, uid, { result: undefined, takenUp: undefined }, change);
  return moved.outcome === 'patched' ? moved.document : undefined;
}

/** Finds an unexpired journey by its uid. */
export const findJourney = (store: Store, uid: string): Promise<InteractionDocument | undefined> => store.get(interactions, uid);

/** Adds what a person proved. Another person's sign-in replaces what was there, so that methods of two people never mix. */
export function recordProof(
  store: Store,
  { id, ...progress }: InteractionDocument,
  proof: {
    readonly accountId: AccountId;
    readonly methods: readonly ProvenMethod[];
    readonly approval?: JourneyProgress['approval'];
  },
): Promise<InteractionDocument | undefined> {
  const samePerson = progress.accountId === proof.accountId;
  return move(store, id, {
    set: {
      accountId: proof.accountId,
      methods: mergeMethods(samePerson ? (progress.methods ?? []) : [], proof.methods),
      ...(proof.approval === undefined ? {} : { approval: proof.approval, tookApproval: proof.approval.id }),
    },
    unset: samePerson || proof.approval !== undefined ? [] : ['approval', 'confirmed'],
  });
}

/** The same for a journey on which nobody has signed in yet, without reading it first; undefined when somebody has, or it is over. */
export async function recordFirstProof(
  store: Store,
  uid: string,
  proof: { readonly accountId: AccountId; readonly methods: readonly ProvenMethod[] },
): Promise<InteractionDocument | undefined> {
  const moved = await store.patch(
    interactions,
    uid,
    { accountId: undefined, result: undefined, takenUp: undefined },
    { set: proof },
  );
  return moved.outcome === 'patched' ? moved.document : undefined;
}

/** A new QR begins now. */
export const restartQr = (store: Store, uid: string, nowMs: number): Promise<InteractionDocument | undefined> =>
  move(store, uid, { set: { qrStartedAt: nowMs } });

export const confirmPerson = (store: Store, uid: string): Promise<InteractionDocument | undefined> =>
  move(store, uid, { set: { confirmed: true } });

/** "Not you": whoever signed in on these pages, or in this browser before, is forgotten here, and a new QR begins. */
export const forgetPerson = (store: Store, uid: string, nowMs: number): Promise<InteractionDocument | undefined> =>
  move(store, uid, { set: { qrStartedAt: nowMs, sessionLeft: true }, unset: ['accountId', 'methods', 'approval', 'confirmed'] });

/** Ends the journey. False when it had ended already: it is finished once. */
export async function finishJourney(store: Store, uid: string, result: JourneyResult): Promise<boolean> {
  return (await move(store, uid, { set: { result } })) !== undefined;
}
