import { displayName, type IdentityLevel, type Person } from '#src/accounts/account.ts';

/** One claim SenID can release: where it comes from and which identity level it belongs to. */
export interface ClaimDefinition {
  readonly name: string;
  /** The scope that asks for it. @see OpenID Connect Core 1.0, 5.4 */
  readonly scope: string;
  /** Data of level 2 never leave in a level-1 sign-in. */
  readonly identityLevel: IdentityLevel;
  /** Undefined where the account has none. */
  readonly read: (person: Person) => unknown;
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
];

/** `*_verified` says something about its neighbour and goes wherever that goes. */
export const companionOf: Readonly<Record<string, string>> = {
  email_verified: 'email',
  phone_number_verified: 'phone_number',
};

export type ClaimCatalogue = ReadonlyMap<string, ClaimDefinition>;

/** Every claim by its full name; own names get `prefix` (a URI ending in `/`). */
export function createClaimCatalogue(prefix: string): ClaimCatalogue {
  const own = ownClaims.map((claim) => ({ ...claim, name: prefix + claim.name }));
  return new Map([...standardClaims, ...own].map((claim) => [claim.name, claim]));
}

/** The claims each scope asks for, as the OpenID layer registers them. */
export function claimsByScope(catalogue: ClaimCatalogue): Record<string, string[]> {
  const scopes: Record<string, string[]> = {};
  for (const { name, scope } of catalogue.values()) scopes[scope] = [...(scopes[scope] ?? []), name];
  return scopes;
}
