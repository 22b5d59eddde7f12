import { displayName, type IdentityLevel, type Person } from '#src/accounts/account.ts';
import { type DocumentType, documentNames } from '#src/documents/document-types.ts';
import type { ReleasedDocuments } from '#src/documents/held-documents.ts';
import { ageClaims, hasReached } from './age-claims.ts';
import { guessOf, matchClaims, matches } from './match-claims.ts';
import type { ValueDigest } from './value-digest.ts';

/** What an answer depends on besides the person. */
export interface Reading {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly digest: ValueDigest;
  /** The digest of the value that a comparison is about. */
  readonly guess?: string | undefined;
  /** What may leave of the documents that were asked for; absent where none was. */
  readonly documents?: ReleasedDocuments | undefined;
}

/** One claim SenID can release: where it comes from and which identity level it belongs to. */
export interface ClaimDefinition {
  readonly name: string;
  /** The scope that asks for it; undefined where a service must ask by name. @see OpenID Connect Core 1.0, 5.4 */
  readonly scope?: string;
  /** Data of level 2 never leave in a level-1 sign-in. */
  readonly identityLevel: IdentityLevel;
  /** Undefined where the account has none. */
  readonly read: (person: Person, reading: Reading) => unknown;
  /** The claim whose verified form this is: it leaves only inside `verified_claims`, and is granted by itself. */
  readonly verifies?: string;
  /** Of a comparison: the digest of the request's value; undefined for what is none. Guesses are counted. */
  readonly guess?: (value: unknown, digest: ValueDigest) => string | undefined;
  /** The document that it is. Everybody of the level is asked about it, whether they have one or not, and it is read only where it leaves. */
  readonly document?: DocumentType;
}

const address = ({ address: held }: Person): unknown =>
  held && {
    formatted: [held.streetAddress, held.locality, held.region].filter(Boolean).join(', '),
    ...(held.streetAddress === undefined ? {} : { street_address: held.streetAddress }),
    locality: held.locality,
    region: held.region,
    country: held.country,
  };

const whenHeld = (held: unknown): true | undefined => (held === undefined ? undefined : true);

/** Standard claims, by their OIDC names; texts for people are in `web/texts/`. */
const standardClaims: readonly ClaimDefinition[] = [
  { name: 'name', scope: 'profile', identityLevel: 1, read: (person) => displayName(person.name) },
  { name: 'family_name', scope: 'profile', identityLevel: 1, read: (person) => person.name.family },
  { name: 'middle_name', scope: 'profile', identityLevel: 1, read: (person) => person.name.middle || undefined },
  { name: 'given_name', scope: 'profile', identityLevel: 1, read: (person) => person.name.given },
  { name: 'birthdate', scope: 'profile', identityLevel: 1, read: (person) => person.birthdate },
  { name: 'gender', scope: 'profile', identityLevel: 1, read: (person) => person.gender },
  { name: 'email', scope: 'email', identityLevel: 1, read: (person) => person.email },
  { name: 'email_verified', scope: 'email', identityLevel: 1, read: (person) => whenHeld(person.email) },
  { name: 'phone_number', scope: 'phone', identityLevel: 1, read: (person) => person.phone },
  { name: 'phone_number_verified', scope: 'phone', identityLevel: 1, read: (person) => whenHeld(person.phone) },
  { name: 'address', scope: 'address', identityLevel: 2, read: address },
  { name: 'nationalities', scope: 'personal_id', identityLevel: 1, read: (person) => [person.nationality] },
];

/** Claims of our own, named under the configured prefix. */
const ownClaims: readonly ClaimDefinition[] = [
  { name: 'personal_id_number', scope: 'personal_id', identityLevel: 1, read: (person) => person.idNumber },
  ...ageClaims.map(
    ({ name, years }): ClaimDefinition => ({
      name,
      identityLevel: 1,
      read: (person, { now }) => hasReached(person.birthdate, years, now),
    }),
  ),
  ...matchClaims.map(
    (claim): ClaimDefinition => ({
      name: claim.name,
      identityLevel: 1,
      read: (person, { guess, digest }) => matches(claim, person, guess, digest),
      guess: (value, digest) => guessOf(claim, value, digest),
    }),
  ),
  ...documentNames.map(
    (type): ClaimDefinition => ({
      name: type,
      scope: type,
      identityLevel: 2,
      read: (_person, { documents }) => documents?.get(type),
      document: type,
    }),
  ),
];

/** What the proofing of a person is about. Telephone and e-mail are proven by nobody. */
const verifiable: ReadonlySet<string> = new Set([
  ...['name', 'family_name', 'middle_name', 'given_name', 'birthdate', 'gender', 'address', 'nationalities'],
  ...['personal_id_number', ...ageClaims.map(({ name }) => name)],
]);

const verifiedPrefix = 'verified_claims.';

/** The name under which the verified form of a claim is registered, asked of the person and granted. */
export const verifiedName = (claim: string): string => verifiedPrefix + claim;

function verifiedForm({ name, identityLevel, read }: ClaimDefinition): ClaimDefinition {
  return { name: verifiedName(name), identityLevel, read, verifies: name };
}

/** `*_verified` says something about its neighbour and goes wherever that goes. */
export const companionOf: Readonly<Record<string, string>> = {
  email_verified: 'email',
  phone_number_verified: 'phone_number',
};

export type ClaimCatalogue = ReadonlyMap<string, ClaimDefinition>;

/** Every claim by its full name, verified ones too; own names get `prefix` (a URI ending in `/`). */
export function createClaimCatalogue(prefix: string): ClaimCatalogue {
  const own = ownClaims.map((claim) => ({ ...claim, name: prefix + claim.name }));
  const verified = [
    ...standardClaims.filter(({ name }) => verifiable.has(name)),
    ...own.filter(({ name }) => verifiable.has(name.slice(prefix.length))),
  ].map(verifiedForm);
  return new Map([...standardClaims, ...own, ...verified].map((claim) => [claim.name, claim]));
}

/** The claims each scope asks for, as the OpenID layer registers them. */
export function claimsByScope(catalogue: ClaimCatalogue): Record<string, string[]> {
  const scopes: Record<string, string[]> = {};
  for (const { name, scope } of catalogue.values()) if (scope !== undefined) scopes[scope] = [...(scopes[scope] ?? []), name];
  return scopes;
}

/** The claims that no scope asks for, as the OpenID layer registers them. */
export function claimsByName(catalogue: ClaimCatalogue): Record<string, null> {
  const unscoped = [...catalogue.values()].filter(({ scope, verifies }) => scope === undefined && verifies === undefined);
  return Object.fromEntries([...unscoped.map(({ name }) => name), 'verified_claims'].map((name) => [name, null]));
}

/** The documents among these claims. */
export const documentsAmong = (catalogue: ClaimCatalogue, claims: Iterable<{ readonly name: string }>): DocumentType[] =>
  [...claims].flatMap(({ name }) => catalogue.get(name)?.document ?? []);

/** Which claims can stand inside `verified_claims`, by the names they have there. */
export const claimsInVerifiedClaims = (catalogue: ClaimCatalogue): string[] =>
  [...catalogue.values()].flatMap(({ verifies }) => verifies ?? []);
