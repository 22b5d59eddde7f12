import { type Account, displayName } from '#src/accounts/account.ts';
import { accountEvent } from '#src/accounts/account-events.ts';
import { accountEvents } from '#src/accounts/collections.ts';
import type { AccountDirectory } from '#src/accounts/ports.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { CommitConflict, write } from '#src/kernel/store.ts';
import type { OutboxDocument } from '#src/outbox/collections.ts';
import type { Deliver, Delivery } from '#src/outbox/deliver-lane.ts';
import { queued } from '#src/outbox/messages.ts';
import { type DocumentEntry, documentId, documents } from './collections.ts';
import type { DocumentType } from './document-types.ts';
import { openContent, sealContent } from './held-documents.ts';
import type { AgencyAnswer, DocumentParts } from './ports.ts';

/** The kind of message that asks an agency about a document. */
export const documentCheckKind = 'document-check';

/** What the message says; the number stays where it is sealed. */
interface Asking {
  readonly accountId: AccountId;
  readonly type: DocumentType;
  readonly request: string;
  /** How often the agency has said that it takes longer. */
  readonly waits: number;
}

/** An answer that ends the asking. */
type FinalAnswer = Exclude<AgencyAnswer, { readonly outcome: 'not-yet' | 'unclear' | 'unreachable' }>;

type CheckParts = DocumentParts & { readonly accounts: AccountDirectory };

const askingOf = ({ content }: Pick<OutboxDocument, 'content'>): Asking => content as unknown as Asking;

/** What asks the agency about a document that was just written down. */
export const checkMessage = ({ accountId, type, request, agency }: DocumentEntry) => ({
  kind: documentCheckKind,
  to: agency,
  content: { accountId, type, request, waits: 0 },
});

/** Puts this asking alone off, so that it holds up no other of the same agency. */
async function askLater(parts: CheckParts, message: OutboxDocument, entry: DocumentEntry, reason: string): Promise<Delivery> {
  const { firstWaitMs, longestWaitMs, givenUpAfterMs } = parts.policy;
  if (parts.clock.now() - entry.requestedAt >= givenUpAfterMs) return { outcome: 'refused', reason };
  const asking = askingOf(message);
  const dueInMs = Math.min(longestWaitMs, firstWaitMs * 2 ** asking.waits);
  const { kind, to } = message;
  const content = { ...asking, waits: asking.waits + 1 };
  await parts.store.commit([queued(parts, { kind, to, content }, { dueInMs, lastError: reason })]);
  return { outcome: 'delivered' };
}

/** Writes an answer down, if the asking it belongs to still stands. */
async function keepAnswer(parts: CheckParts, entry: DocumentEntry, answer: FinalAnswer): Promise<Delivery> {
  const { number } = openContent(parts.sealing, entry);
  const { accountId, type, agency } = entry;
  const { outcome: state } = answer;
  const record = answer.outcome === 'verified' ? { record: answer.record } : {};
  const content = sealContent(parts.sealing, entry.id, { number, ...record });
  const { request } = entry;
  try {
    await parts.store.commit([
      write.patch(documents, entry.id, { request, state: 'pending' }, { set: { state, content, answeredAt: parts.clock.now() } }),
      write.insert(accountEvents, accountEvent(parts, accountId, 'document-checked', { document: type, agency, state })),
    ]);
  } catch (conflict) {
    // cancelled or asked anew while the agency looked: its answer is about nothing any more
    if (!(conflict instanceof CommitConflict)) throw conflict;
  }
  return { outcome: 'delivered' };
}

const askedAbout = ({ idNumber, name, birthdate }: ReturnType<Account['person']>) => ({
  idNumber,
  name: displayName(name),
  birthdate,
});

/** Asks the agency, unless the holder has cancelled or asked anew since. */
export function createDocumentChecks(parts: CheckParts): Deliver {
  return async (message) => {
    const { accountId, type, request } = askingOf(message);
    const entry = await parts.store.get(documents, documentId(accountId, type));
    if (entry === undefined || entry.request !== request || entry.state !== 'pending') return { outcome: 'delivered' };
    const account = await parts.accounts.get(accountId);
    // an import writes the account after its documents; a locked one may be opened again
    if (account === undefined || account.lock !== undefined) return askLater(parts, message, entry, 'no open account');
    const { number } = openContent(parts.sealing, entry);
    const check = { request, type, number, person: askedAbout(account.person()) };
    const answer = await parts.agencies.check(entry.agency, check);
    if (answer.outcome === 'not-yet') return askLater(parts, message, entry, 'not yet');
    if (!('reason' in answer)) return keepAnswer(parts, entry, answer);
    const { outcome, reason } = answer;
    return outcome === 'unreachable' ? { outcome: 'failed', reason } : askLater(parts, message, entry, reason);
  };
}
