import { DomainError } from '#src/kernel/domain-error.ts';
import { type Actor, isOnePair, type Role } from './actor.ts';
import type { ClientErrorCode } from './errors.ts';

/** Where a service stands. The first two are of a version that waits, and of a service that has nothing else. */
export type ServiceState = 'draft' | 'review' | 'sandbox' | 'production' | 'suspended';

/** What an approved version is approved for. */
export type Stage = 'sandbox' | 'production';

/** Who can sign in at a service of each state; `nobody` also ends its tokens and its own authentication. */
export const signsIn = {
  draft: 'nobody',
  review: 'nobody',
  sandbox: 'testers',
  production: 'everybody',
  suspended: 'nobody',
} as const satisfies Record<ServiceState, 'nobody' | 'testers' | 'everybody'>;

interface Transition {
  readonly verb: string;
  readonly from: readonly (ServiceState | 'unknown')[];
  readonly to: string;
  /** An operator may whatever one of these may. */
  readonly by: Exclude<Role, 'operator'>;
  readonly needsReason?: true;
  /** Refused to everybody who made, changed or submitted what waits. */
  readonly fourEyes?: true;
}

/**
 * Everything that moves a service or the version of it that waits. A version of a service that works goes through `draft` and `review` beside the
 * approved one, which goes on.
 */
export const transitions = [
  { verb: 'change', from: ['unknown', 'draft', 'review', 'sandbox', 'production'], to: 'draft', by: 'manager' },
  { verb: 'submit', from: ['draft', 'sandbox'], to: 'review', by: 'manager' },
  { verb: 'withdraw', from: ['review'], to: 'draft', by: 'manager' },
  { verb: 'drop', from: ['draft', 'review'], to: 'what works alone', by: 'manager' },
  { verb: 'approve', from: ['review'], to: 'sandbox or production, as submitted', by: 'reviewer', fourEyes: true },
  { verb: 'refuse', from: ['review'], to: 'draft', by: 'reviewer', needsReason: true },
  { verb: 'suspend', from: ['sandbox', 'production'], to: 'suspended', by: 'reviewer', needsReason: true },
  { verb: 'resume', from: ['suspended'], to: 'the state it had', by: 'reviewer', needsReason: true },
] as const satisfies readonly Transition[];

export type Verb = (typeof transitions)[number]['verb'];

export const maySay = ({ roles }: Actor, role: Exclude<Role, 'operator'>): boolean =>
  roles.includes(role) || roles.includes('operator');

const refuse = (code: ClientErrorCode, detail: string): never => {
  throw new DomainError(code, { detail });
};

/**
 * Whether somebody may take a step from where things stand.
 * @throws {DomainError} `service_role_missing`, `service_state_wrong`, `service_same_hand`, `service_reason_missing`
 */
export function checkTransition(
  verb: Verb,
  state: ServiceState | 'unknown',
  by: Actor,
  { hands = [], reason }: { readonly hands?: readonly string[]; readonly reason?: string | undefined } = {},
): void {
  const step = transitions.find((each) => each.verb === verb) as Transition;
  if (!maySay(by, step.by)) refuse('service_role_missing', `${verb} is for a ${step.by}`);
  if (!step.from.includes(state)) refuse('service_state_wrong', `${verb} is from ${step.from.join(', ')}; this one is ${state}`);
  const hand = step.fourEyes === true ? hands.find((each) => isOnePair(each, by.id)) : undefined;
  if (hand !== undefined) refuse('service_same_hand', `${hand} has made, changed or submitted it`);
  // the command line of an operator may stop a service first and explain later
  if (step.needsReason === true && !reason && !by.roles.includes('operator')) refuse('service_reason_missing', verb);
}
