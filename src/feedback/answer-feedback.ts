import { accountEvent } from '#src/accounts/account-events.ts';
import { accountEvents } from '#src/accounts/collections.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { CommitConflict, write } from '#src/kernel/store.ts';
import { feedback } from './collections.ts';
import { checkText, type FeedbackMessage, type FeedbackParts, openMessage, textContext } from './give-feedback.ts';

const mostListed = 500;

/** Messages that nobody has answered, the oldest first; whose they are is not said. */
export async function openFeedback(parts: Pick<FeedbackParts, 'store' | 'sealing'>): Promise<FeedbackMessage[]> {
  const found = await parts.store.find(feedback, 'open', 'open', { limit: mostListed });
  return found.map((each) => openMessage(parts, each)).sort((one, other) => one.at - other.at);
}

/**
 * Answers a message, once; the person reads it, and that it came stands in their history.
 * @throws {DomainError} `feedback_text_invalid`, `feedback_not_found`, `feedback_answered`
 */
export async function answerFeedback(parts: FeedbackParts, reference: string, typed: string): Promise<void> {
  const answer = parts.sealing.seal(checkText(typed), textContext(reference, 'answer'));
  const found = await parts.store.get(feedback, reference);
  if (found === undefined) throw new DomainError('feedback_not_found');
  try {
    await parts.store.commit([
      write.patch(feedback, reference, { state: 'open' }, { set: { state: 'answered', answer, answeredAt: parts.clock.now() } }),
      write.insert(accountEvents, accountEvent(parts, found.accountId, 'feedback-answered', { reference })),
    ]);
  } catch (conflict) {
    if (!(conflict instanceof CommitConflict)) throw conflict;
    throw new DomainError('feedback_answered');
  }
}
