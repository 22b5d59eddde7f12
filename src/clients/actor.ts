/** What somebody may do with services: their managers', the reviewers', or both sides' work. */
export type Role = 'manager' | 'reviewer' | 'operator';

/** Who acts on a registration; stands in its history. */
export interface Actor {
  /** `operator:lan`, `person:ACCOUNT`, `client:desk/minh`: what stands before a slash answers for what comes after it. */
  readonly id: string;
  readonly roles: readonly Role[];
  /** The way they came: `command line`, `admin api`, `console`. */
  readonly via: string;
}

const programOf = (id: string): string => (id.startsWith('client:') ? (id.split('/')[0] as string) : id);

/**
 * Whether two names may be one pair of hands, where two are needed. A client is one, whomever it says it acts for: it says so itself, and
 * whoever has its secret says what they like.
 */
export const isOnePair = (one: string, other: string): boolean => programOf(one) === programOf(other);

/** Whether one name answers for the other: a client that names nobody is whoever acts through it. */
export const isSameHand = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);

/** Who registers where nobody says otherwise: tests and the demo. */
export const machineOperator: Actor = { id: 'operator:machine', roles: ['operator'], via: 'program' };
