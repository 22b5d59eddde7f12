/** Every way feedback is refused. */
export type FeedbackErrorCode = 'feedback_text_invalid' | 'feedback_not_found' | 'feedback_answered';
