import type { AccountId } from '#src/kernel/identifier.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import { type Store, type Write, write } from '#src/kernel/store.ts';
import { type ConsentDocument, type ConsentReceipt, consentId, consents, type ShownWords } from './collections.ts';
import { wordsKey } from './shown-words.ts';

/** Reads what a person decided about a service. */
export const findConsent = (store: Store, accountId: AccountId, clientId: string): Promise<ConsentDocument | undefined> =>
  store.get(consents, consentId(accountId, clientId));

/** Later than all that was there, whatever the clocks of the processes that write. */
const momentAfter = (before: ConsentDocument | undefined, at: number): number =>
  Math.max(at, ...Object.values(before?.receipts ?? {}).map((receipt) => receipt.at + 1));

/** A decision with the words it was made on, before it has its place among the others. */
export interface ConsentEntry {
  readonly receipt: Omit<ConsentReceipt, 'shown'>;
  readonly words: ShownWords;
}

type Who = Pick<ConsentDocument, 'accountId' | 'clientId'>;

/** The document that a first entry makes, or what it adds to one that is there. */
function asChange(random: Random, { receipt, words }: ConsentEntry, before: ConsentDocument | undefined) {
  const shown = wordsKey(words);
  const kept: ConsentReceipt = { ...receipt, at: momentAfter(before, receipt.at), shown };
  return { receipts: { [randomIdentifier(random)]: kept }, words: { [shown]: words } };
}

/**
 * Adds a receipt with the words that were shown. Receipts of two tabs both stay, because each is an entry of its own.
 * @param before what was there when the person was asked: it only decides what is tried first
 * @returns what is there now
 */
export async function recordConsent(
  { store, random }: { readonly store: Store; readonly random: Random },
  { accountId, clientId }: Who,
  entry: ConsentEntry,
  before: ConsentDocument | undefined,
): Promise<ConsentDocument> {
  const merge = asChange(random, entry, before);
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

/** The same for the commit of the decision itself; it fails where another entry came since `before` was read. */
export function consentWrite(
  random: Random,
  { accountId, clientId }: Who,
  entry: ConsentEntry,
  before: ConsentDocument | undefined,
): Write {
  const merge = asChange(random, entry, before);
  const id = consentId(accountId, clientId);
  return before === undefined
    ? write.insert(consents, { id, accountId, clientId, ...merge, entries: 1 })
    : write.patch(consents, id, { entries: before.entries }, { merge, increment: { entries: 1 } });
}
