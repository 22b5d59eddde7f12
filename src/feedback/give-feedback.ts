import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';
import { type FeedbackDocument, feedback } from './collections.ts';

export interface FeedbackParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealing: Sealing;
}

/** A message as its person, or the operator, reads it. */
export interface FeedbackMessage {
  readonly reference: string;
  readonly at: number;
  readonly text: string;
  readonly answer: string | undefined;
  readonly answeredAt: number | undefined;
}

export const longestText = 2000;
const mostListed = 500;

export const textContext = (reference: string, part: 'text' | 'answer'): string => `feedback/${reference}/${part}`;

/** As kept: NFC, line ends of one kind, no control characters but line ends. @throws {DomainError} `feedback_text_invalid` */
export function checkText(typed: string): string {
  const text = typed
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/(?!\n)\p{Cc}|[\u202A-\u202E\u2066-\u2069]/gu, '')
    .trim();
  if (text === '' || [...text].length > longestText) throw new DomainError('feedback_text_invalid');
  return text;
}

/** Crockford's base32: read out without mistaking 0 for O or 1 for I. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const newReference = ({ random }: Pick<FeedbackParts, 'random'>): string =>
  `FB-${Array.from({ length: 8 }, () => letters[random.below(32)]).join('')}`;

/** Keeps a message. @returns its reference. @throws {DomainError} `feedback_text_invalid` */
export async function giveFeedback(parts: FeedbackParts, accountId: AccountId, typed: string): Promise<string> {
  const text = checkText(typed);
  for (;;) {
    const id = newReference(parts);
    const sealed = parts.sealing.seal(text, textContext(id, 'text'));
    const document: FeedbackDocument = { id, accountId, at: parts.clock.now(), text: sealed, state: 'open' };
    if (await parts.store.insert(feedback, document)) return id;
  }
}

export const openMessage = ({ sealing }: Pick<FeedbackParts, 'sealing'>, document: FeedbackDocument): FeedbackMessage => ({
  reference: document.id,
  at: document.at,
  text: sealing.open(document.text, textContext(document.id, 'text')),
  answer: document.answer === undefined ? undefined : sealing.open(document.answer, textContext(document.id, 'answer')),
  answeredAt: document.answeredAt,
});

/** A person's own messages, newest first. */
export async function listFeedback(
  parts: Pick<FeedbackParts, 'store' | 'sealing'>,
  accountId: AccountId,
): Promise<FeedbackMessage[]> {
  const found = await parts.store.find(feedback, 'account', accountId, { limit: mostListed });
  return found.map((each) => openMessage(parts, each)).sort((one, other) => other.at - one.at);
}
