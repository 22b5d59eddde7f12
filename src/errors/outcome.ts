import type { LocalizedText } from '#src/kernel/identifier.ts';

/** One row of the error catalogue: everything the outside sees of one way to say no. */
export interface Outcome {
  readonly status: number;
  /** The OAuth error a service gets, where the refusal reaches one. */
  readonly oauth?: string;
  readonly log: 'debug' | 'info' | 'warn' | 'error';
  /** What happened, for the person, as a heading. */
  readonly title: LocalizedText;
  /** What it means and whether anything was shared or lost. */
  readonly explanation: LocalizedText;
  /** What to do now. */
  readonly nextStep: LocalizedText;
  /** What the help desk says and checks. */
  readonly helpDesk: string;
}
