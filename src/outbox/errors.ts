/** The ways the outbox says no. */
export type OutboxErrorCode = 'message_not_found';
