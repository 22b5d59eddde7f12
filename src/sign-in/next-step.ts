import type { Account } from '#src/accounts/account.ts';
import { factorOf, type ProvenMethod } from '#src/assurance/methods.ts';
import { isUsable } from '#src/assurance/token-check.ts';
import type { Assessment } from './assess.ts';

/** What the journey knows when it decides what to show next. */
export interface JourneyState {
  readonly account: Account | undefined;
  readonly assessment: Assessment;
  readonly methods: readonly ProvenMethod[];
  /** A phone approved in a browser this person never used, and nobody has said "this is me" yet. */
  readonly confirmationMissing: boolean;
  readonly consentPageNeeded: boolean;
  /** The service is for everybody, or this person is one of its testers. */
  readonly mayUseService: boolean;
}

const proves = (state: JourneyState, factor: 'knows' | 'holds'): boolean =>
  state.methods.some(({ amr }) => factorOf[amr] === factor);

/** The sign-in journey: the first row that applies is the next step. */
export const journey = [
  { step: 'account-stopped', applies: (state) => state.account !== undefined && !isUsable(state.account) },
  { step: 'not-a-tester', applies: (state) => state.account !== undefined && !state.mayUseService },
  { step: 'level-missing', applies: (state) => state.assessment.requirement.outcome === 'unmet' },
  { step: 'identify', applies: (state) => state.account === undefined || state.assessment.reached === undefined },
  { step: 'otp', applies: (state) => !state.assessment.isEnough && needsOnlyCode(state) },
  { step: 'phone', applies: (state) => !state.assessment.isEnough },
  { step: 'confirm-person', applies: (state) => state.confirmationMissing },
  { step: 'consent', applies: (state) => state.consentPageNeeded },
  { step: 'finish', applies: () => true },
] as const satisfies readonly { readonly step: string; readonly applies: (state: JourneyState) => boolean }[];

export type Step = (typeof journey)[number]['step'];

/** A password is proven, level 2 is wanted, and a code generator is enrolled. */
function needsOnlyCode({ account, assessment: { requirement }, ...state }: JourneyState): boolean {
  if (requirement.outcome !== 'reachable' || requirement.required.authentication !== 2) return false;
  const whole = { account, assessment: { requirement }, ...state } as JourneyState;
  return account?.authenticators.totp === true && proves(whole, 'knows') && !proves(whole, 'holds');
}

export function nextStep(state: JourneyState): Step {
  return journey.find(({ applies }) => applies(state))?.step ?? 'finish';
}
