import { giveFeedback, listFeedback, longestText } from '#src/feedback/give-feedback.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import { takeCall } from '../take-call.ts';
import type { AccountParts } from './parts.ts';
import { saidOf, say } from './said.ts';
import { ownerView, wordingOf } from './words.ts';

/** What one told the operator, and what came back. `refused`: what was typed and could not be taken. */
export async function showFeedback(parts: AccountParts, request: AreaRequest, refused?: string): Promise<void> {
  const { moment } = wordingOf(parts, request);
  const messages = await listFeedback(parts, request.session.account.id);
  sendPage(
    request.ctx,
    parts.renderer,
    'account-feedback',
    {
      me: ownerView(request),
      said: saidOf(request),
      typed: refused ?? '',
      isWrong: refused !== undefined,
      longest: longestText,
      messages: messages.map(({ reference, at, text, answer, answeredAt }) => ({
        reference,
        at: moment(at),
        text,
        answer: answer === undefined ? undefined : { text: answer, at: moment(answeredAt ?? at) },
      })),
    },
    { status: refused === undefined ? 200 : 422 },
  );
}

/** @throws {DomainError} `rate_limited` */
export async function takeFeedback(parts: AccountParts, request: AreaRequest): Promise<void> {
  const { account } = request.session;
  const typed = request.fields.text('text');
  await takeCall(parts.limits.feedback, account.id);
  try {
    const reference = await giveFeedback(parts, account.id, typed);
    await request.goTo('/account/feedback', say('feedback-sent', { reference }));
  } catch (refusal) {
    if (!(refusal instanceof DomainError && refusal.code === 'feedback_text_invalid')) throw refusal;
    await showFeedback(parts, request, typed.slice(0, 10_000));
  }
}
