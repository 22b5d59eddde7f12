import type { ProvenMethod } from '#src/assurance/methods.ts';
import { mergeMethods, parseMethods } from '#src/assurance/session-methods.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { InteractionDocument } from './collections.ts';
import { countedMethods, isConfirmationMissing } from './journey.ts';

/** What the protocol takes over from a journey. */
export interface SignInResult {
  readonly accountId: AccountId;
  /** The methods that count for this request. */
  readonly counted: readonly ProvenMethod[];
  /** What the session keeps: these and the ones it had. */
  readonly methods: readonly ProvenMethod[];
  /** Whole seconds since the epoch. */
  readonly at: number;
}

/**
 * Who signed in on these pages and how; undefined when nobody has, or "is this you?" is unanswered. It claims nothing about being enough:
 * the protocol assesses it again before any code is made.
 */
export function signInResult(document: InteractionDocument): SignInResult | undefined {
  const { accountId, methods = [], payload } = document;
  if (accountId === undefined || methods.length === 0 || isConfirmationMissing(document)) return undefined;
  const counted = countedMethods(document, accountId);
  const session = payload.session?.accountId === accountId ? parseMethods(payload.session.amr) : [];
  return { accountId, counted, methods: mergeMethods(session, counted), at: Math.max(...methods.map(({ at }) => at)) };
}
