import { isLimited, isObject, meets, type Wish } from './constraints.ts';

/** One JSON value of what is said about a verification. */
type Said = string | { readonly [member: string]: Said | undefined } | readonly (Said | undefined)[];

/** Something did not fulfil what the service asked of it. */
export const unmet = Symbol('unmet');

/** Members without which an element, or an element of a list, says nothing valid. @see OpenID Identity Assurance Schema Definition 1.0, 5.4 */
const required: Readonly<Record<string, string>> = {
  evidence: 'type',
  check_details: 'check_method',
  document_details: 'type',
  record: 'type',
};

/** Two selections of the same: every element that either has. Lists are as long as what they were chosen from. */
function union(one: Said | undefined, other: Said | undefined): Said | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (Array.isArray(one) && Array.isArray(other)) return one.map((entry, at) => union(entry, other[at]));
  if (!isObject(one) || !isObject(other)) return one;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...names].map((name) => [name, union(one[name] as Said, other[name] as Said)]));
}

/** Several wishes for a list are linked by OR, and each is a template for the entries that meet it (5.4). */
function selectEntries(wishes: readonly Wish[], held: readonly Said[], nowMs: number): (Said | undefined)[] | typeof unmet {
  const chosen = held.map((entry) => {
    const met = wishes.map((wish) => select(wish, entry, nowMs)).filter((each) => each !== unmet);
    return met.length === 0 ? undefined : met.reduce(union);
  });
  return chosen.every((entry) => entry === undefined) && isLimited(wishes) ? unmet : chosen;
}

function selectMembers(wish: { readonly [member: string]: unknown }, held: { readonly [member: string]: unknown }, nowMs: number) {
  const chosen: Record<string, Said> = {};
  for (const [name, inner] of Object.entries(wish)) {
    const selected = select(inner as Wish, Object.hasOwn(held, name) ? (held[name] as Said | undefined) : undefined, nowMs);
    if (selected === unmet) return unmet;
    if (selected !== undefined) chosen[name] = selected;
  }
  return chosen;
}

/** What was named of what is held, with holes where something was not chosen. Of what has elements, those are named that shall be told. */
function select(wish: Wish | undefined, held: Said | undefined, nowMs: number): Said | undefined | typeof unmet {
  if (typeof held === 'string') return meets(wish, held, nowMs) ? held : unmet;
  if (Array.isArray(held) && Array.isArray(wish)) return selectEntries(wish, held as readonly Said[], nowMs);
  if (isObject(held) && isObject(wish)) return selectMembers(wish, held, nowMs);
  return isLimited(wish) ? unmet : undefined;
}

/** Omits what is empty or lacks what makes it valid, and then its parents (5.7.5). */
function prune(name: string, said: Said | undefined): Said | undefined {
  if (said === undefined || typeof said === 'string') return said;
  if (Array.isArray(said)) {
    const entries = said.flatMap((entry) => prune(name, entry) ?? []);
    return entries.length === 0 ? undefined : entries;
  }
  const members = Object.entries(said).flatMap(([member, inner]) => {
    const kept = prune(member, inner as Said | undefined);
    return kept === undefined ? [] : [[member, kept] as const];
  });
  const needed = required[name];
  if (members.length === 0 || (needed !== undefined && !members.some(([member]) => member === needed))) return undefined;
  return Object.fromEntries(members);
}

/**
 * What a service gets to know of a verification: the elements it named, where everything meets what it asked of them.
 * @returns `unmet` where something does not, which omits the whole of `verified_claims`
 * @see OpenID Connect for Identity Assurance 1.0, 5.4 to 5.7
 */
export function selectVerification(wish: Wish, verification: object, nowMs: number): object | typeof unmet {
  const selected = select(wish, verification as Said, nowMs);
  if (selected === unmet) return unmet;
  const kept = prune('verification', selected) as { readonly trust_framework?: string } | undefined;
  return kept?.trust_framework === undefined ? unmet : kept;
}
