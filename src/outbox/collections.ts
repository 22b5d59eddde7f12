import { collection } from '#src/kernel/store.ts';

/** `waiting` for its time, `dead`: given up, for an operator to see. */
type OutboxState = 'waiting' | 'dead' | 'moved';

/** A message on its way out. */
export interface OutboxDocument {
  /** `<when it is due, ms since the epoch in base 36>-<key>`: in the order of ids, what is due comes first. */
  readonly id: string;
  /** Names the message for good, however often it is sent. */
  readonly key: string;
  /** Which way it goes. */
  readonly kind: string;
  /** Whom it is for. What one of them does not take keeps nobody else's waiting. */
  readonly to: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly state: OutboxState;
  /** How often it was tried. */
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly queuedAt: number;
  readonly lastError?: string;
  readonly expiresAt: number;
}

export const outbox = collection<OutboxDocument>()({
  name: 'outbox',
  lifetime: 'expires',
  durability: 'flushed',
  // told twice rather than never
  restored: 'always',
  indexes: { state: { on: 'state' } },
});
