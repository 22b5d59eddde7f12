import { isObject, type Wish } from './constraints.ts';

/** One set of claims with what their verification must be like. @see OpenID Connect for Identity Assurance 1.0, 5.2 */
export interface VerifiedSet {
  readonly verification: { readonly [member: string]: Wish };
  readonly claims: { readonly [name: string]: Wish };
}

/** What a request asks for as verified. */
export interface VerifiedRequest {
  readonly sets: readonly VerifiedSet[];
  /** Asked as an array, and so answered as one. */
  readonly isList: boolean;
}

const mostSets = 20;
const mostEntries = 20;

/** The elements of a verification that are lists, and so are asked for by lists. */
const lists: ReadonlySet<string> = new Set(['evidence', 'check_details', 'assurance_details', 'evidence_ref', 'attachments']);

type Complaint = string | undefined;

function firstOf<Value>(values: Iterable<Value>, complain: (value: Value) => Complaint): Complaint {
  for (const value of values) {
    const complaint = complain(value);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

/** The limits of one element. @see OpenID Connect Core 1.0, 5.5.1 */
function limitsComplaint(at: string, wish: { readonly [member: string]: unknown }): Complaint {
  const { values, max_age: maxAge } = wish;
  if (values !== undefined && (!Array.isArray(values) || values.length === 0)) return `${at}.values must be an array with a member`;
  if (maxAge !== undefined && (typeof maxAge !== 'number' || maxAge < 0))
    return `${at}.max_age must be a number of seconds, 0 or more`;
  return undefined;
}

const limits: ReadonlySet<string> = new Set(['value', 'values', 'max_age', 'essential', 'purpose']);

function evidenceComplaint(at: string, entry: { readonly [member: string]: unknown }): Complaint {
  const { type } = entry;
  if (!isObject(type) || typeof type['value'] !== 'string') return `${at}.type must have a value`;
  return 'values' in type ? `${at}.type takes value, not values` : undefined;
}

/** Elements are named by null or an object, lists by a list of objects. */
function elementComplaint(at: string, name: string, wish: unknown): Complaint {
  if (wish === null) return undefined;
  if (lists.has(name)) {
    if (!Array.isArray(wish) || wish.length === 0) return `${at} must be an array with a member`;
    if (wish.length > mostEntries) return `${at} has more than ${mostEntries} members`;
    return firstOf(wish.entries(), ([index, entry]) => {
      if (!isObject(entry)) return `${at}[${index}] must be an object`;
      const own = name === 'evidence' ? evidenceComplaint(`${at}[${index}]`, entry) : undefined;
      return own ?? membersComplaint(`${at}[${index}]`, entry);
    });
  }
  return isObject(wish) ? membersComplaint(at, wish) : `${at} must be null or an object`;
}

const membersComplaint = (at: string, wish: { readonly [member: string]: unknown }): Complaint =>
  limitsComplaint(at, wish) ??
  firstOf(Object.entries(wish), ([name, inner]) => (limits.has(name) ? undefined : elementComplaint(`${at}.${name}`, name, inner)));

function setComplaint(at: string, set: unknown): Complaint {
  if (!isObject(set)) return `${at} must be an object`;
  const { verification, claims } = set;
  if (!isObject(verification)) return `${at}.verification must be an object`;
  if (!('trust_framework' in verification)) return `${at}.verification must name trust_framework`;
  if (!isObject(claims)) return `${at}.claims must be an object`;
  const wrong = firstOf(Object.entries(claims), ([name, wish]) =>
    wish === null
      ? undefined
      : isObject(wish)
        ? limitsComplaint(`${at}.claims.${name}`, wish)
        : `${at}.claims.${name} must be null or an object`,
  );
  return wrong ?? membersComplaint(`${at}.verification`, verification);
}

/**
 * Reads a request in the form in which it is kept after `parseVerifiedRequest`: an object with its sets, because the protocol library takes no
 * arrays. Undefined where nothing is asked.
 */
export function readVerifiedRequest(member: unknown): VerifiedRequest | undefined {
  if (!isObject(member) || !Array.isArray(member['sets'])) return undefined;
  return { sets: member['sets'] as readonly VerifiedSet[], isList: member['isList'] === true };
}

/**
 * Reads the `verified_claims` member of a request, as a service sends it or as it is kept.
 * @returns the request, or in words for the service what is malformed about it
 */
export function parseVerifiedRequest(at: string, member: unknown): VerifiedRequest | string {
  const { sets, isList } = readVerifiedRequest(member) ?? { sets: [member].flat(), isList: Array.isArray(member) };
  if (sets.length === 0) return `${at} must have a member`;
  if (sets.length > mostSets) return `${at} has more than ${mostSets} members`;
  const wrong = firstOf(sets.entries(), ([index, set]) => setComplaint(isList ? `${at}[${index}]` : at, set));
  return wrong ?? { sets: sets as readonly VerifiedSet[], isList };
}
