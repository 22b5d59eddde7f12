import type { AccountId } from '#src/kernel/identifier.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Store } from '#src/kernel/store.ts';
import { type ConsentDocument, type ConsentReceipt, consentId, consents } from './collections.ts';

/** Reads what a person decided about a service. */
export const findConsent = (store: Store, accountId: AccountId, clientId: string): Promise<ConsentDocument | undefined> =>
  store.get(consents, consentId(accountId, clientId));

/**
 * Adds a receipt. Receipts of two tabs both stay, because each is an entry of its own.
 * @returns the receipt's id
 */
export async function recordConsent(
  { store, random }: { readonly store: Store; readonly random: Random },
  accountId: AccountId,
  clientId: string,
  receipt: ConsentReceipt,
): Promise<string> {
  const id = consentId(accountId, clientId);
  const receiptId = randomIdentifier(random);
  const entry = { [receiptId]: receipt };
  const patched = await store.patch(consents, id, {}, { merge: { receipts: entry } });
  if (patched.outcome === 'patched') return receiptId;
  const inserted = await store.insert(consents, { id, accountId, clientId, receipts: entry });
  if (!inserted) await store.patch(consents, id, {}, { merge: { receipts: entry } });
  return receiptId;
}
