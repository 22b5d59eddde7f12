import type { AccountId } from '#src/kernel/identifier.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Store } from '#src/kernel/store.ts';
import { type ConsentDocument, type ConsentReceipt, consentId, consents } from './collections.ts';

/** Reads what a person decided about a service. */
export const findConsent = (store: Store, accountId: AccountId, clientId: string): Promise<ConsentDocument | undefined> =>
  store.get(consents, consentId(accountId, clientId));

/**
 * Adds a receipt. Receipts of two tabs both stay, because each is an entry of its own.
 * @param before what was there when the person was asked: it only decides what is tried first
 * @param key the receipt's own; with the same one it is the same receipt
 * @returns what is there now
 */
export async function recordConsent(
  { store, random }: { readonly store: Store; readonly random: Random },
  { accountId, clientId }: Pick<ConsentDocument, 'accountId' | 'clientId'>,
  receipt: ConsentReceipt,
  before: ConsentDocument | undefined,
  key = randomIdentifier(random),
): Promise<ConsentDocument> {
  const first = { id: consentId(accountId, clientId), accountId, clientId, receipts: { [key]: receipt } };
  for (let isThere = before !== undefined; ; isThere = !isThere) {
    if (!isThere && (await store.insert(consents, first))) return first;
    if (!isThere) continue;
    const patched = await store.patch(consents, first.id, {}, { merge: { receipts: first.receipts } });
    if (patched.outcome === 'patched') return patched.document;
  }
}
