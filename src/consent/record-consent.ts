import type { AccountId } from '#src/kernel/identifier.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Store } from '#src/kernel/store.ts';
import { type ConsentDocument, type ConsentReceipt, consentId, consents, type ShownWords } from './collections.ts';
import { wordsKey } from './shown-words.ts';

/** Reads what a person decided about a service. */
export const findConsent = (store: Store, accountId: AccountId, clientId: string): Promise<ConsentDocument | undefined> =>
  store.get(consents, consentId(accountId, clientId));

/** Later than all that was there, whatever the clocks of the processes that write. */
const momentAfter = (before: ConsentDocument | undefined, at: number): number =>
  Math.max(at, ...Object.values(before?.receipts ?? {}).map((receipt) => receipt.at + 1));

/**
 * Adds a receipt with the words that were shown. Receipts of two tabs both stay, because each is an entry of its own.
 * @param before what was there when the person was asked: it only decides what is tried first
 * @returns what is there now
 */
export async function recordConsent(
  { store, random }: { readonly store: Store; readonly random: Random },
  { accountId, clientId }: Pick<ConsentDocument, 'accountId' | 'clientId'>,
  { receipt, words }: { readonly receipt: Omit<ConsentReceipt, 'shown'>; readonly words: ShownWords },
  before: ConsentDocument | undefined,
): Promise<ConsentDocument> {
  const shown = wordsKey(words);
  const kept: ConsentReceipt = { ...receipt, at: momentAfter(before, receipt.at), shown };
  const merge = { receipts: { [randomIdentifier(random)]: kept }, words: { [shown]: words } };
  const id = consentId(accountId, clientId);
  for (let isThere = before !== undefined; ; isThere = !isThere) {
    if (!isThere) {
      const first = { id, accountId, clientId, ...merge, entries: 1 };
      if (await store.insert(consents, first)) return first;
      continue;
    }
    const patched = await store.patch(consents, id, {}, { merge, increment: { entries: 1 } });
    if (patched.outcome === 'patched') return patched.document;
  }
}
