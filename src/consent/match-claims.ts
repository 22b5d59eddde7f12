import { displayName, type Person } from '#src/accounts/account.ts';
import { checkPhone, normaliseIdNumber } from '#src/accounts/person-rules.ts';
import type { ValueDigest } from './value-digest.ts';

/**
 * A claim that answers whether a value the service knows already is the person's: `true` or `false`, never the value. The service names it in the
 * `value` of the request (OpenID Connect Core 1.0, 5.5.1); without one there is nothing to answer.
 */
interface MatchClaim {
  /** Its short name. */
  readonly name: string;
  readonly held: (person: Person) => string | undefined;
  /** One way of writing for what is the same; undefined for what can't be such a value. */
  readonly normalise: (text: string) => string | undefined;
}

const longest = 200;

const sameLetters = (text: string): string => text.normalize('NFC').trim().replace(/\s+/g, ' ').toLocaleLowerCase('vi');

function phone(text: string): string | undefined {
  try {
    return checkPhone(text);
  } catch {
    return undefined;
  }
}

export const matchClaims: readonly MatchClaim[] = [
  { name: 'name_matches', held: ({ name }) => displayName(name), normalise: sameLetters },
  { name: 'birthdate_matches', held: ({ birthdate }) => birthdate, normalise: (text) => text.trim() },
  { name: 'phone_number_matches', held: ({ phone: number }) => number, normalise: phone },
  { name: 'personal_id_number_matches', held: ({ idNumber }) => idNumber, normalise: normaliseIdNumber },
];

/** The digest of a guess, the same however it is spelled; undefined for what is no text. */
export function guessOf({ name, normalise }: MatchClaim, value: unknown, digest: ValueDigest): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > longest) return undefined;
  return digest(name, normalise(value) ?? value);
}

/** Undefined where the person has no such data or the service named no value. */
export function matches(claim: MatchClaim, person: Person, guess: string | undefined, digest: ValueDigest): boolean | undefined {
  const held = guessOf(claim, claim.held(person), digest);
  return guess === undefined || held === undefined ? undefined : guess === held;
}
