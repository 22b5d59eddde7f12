import type { Client } from '#src/clients/client.ts';
import { guessIn } from './asked-values.ts';
import { type ClaimCatalogue, companionOf, verifiedName } from './claim-catalogue.ts';
import { isObject, meets } from './constraints.ts';
import { readVerifiedRequest } from './verified-claims-request.ts';

/** The `claims` request parameter, parsed. @see OpenID Connect Core 1.0, 5.5 */
export interface ClaimsParameter {
  readonly userinfo?: Readonly<Record<string, unknown>> | undefined;
  readonly id_token?: Readonly<Record<string, unknown>> | undefined;
}

export interface RequestedClaim {
  readonly name: string;
  readonly essential: boolean;
  /** The digest of the value that a comparison is about. */
  readonly guess?: string | undefined;
}

const isEssential = (member: unknown): boolean => isObject(member) && member['essential'] === true;

/** The verified claims a request names, by the names they are registered and granted under, in sets that somebody could have. */
function verifiedMembers(claims: ClaimsParameter | undefined, trustFramework: string): [name: string, member: unknown][] {
  return [claims?.userinfo, claims?.id_token].flatMap((members) =>
    (readVerifiedRequest(members?.['verified_claims'])?.sets ?? [])
      // the same for everybody: whether somebody is asked must tell the service nothing about them
      .filter(({ verification }) => meets(verification['trust_framework'], trustFramework, 0))
      .flatMap((set) => Object.entries(set.claims).map(([name, member]): [string, unknown] => [verifiedName(name), member])),
  );
}

/**
 * What a request asks for inside what the service registered: claims outside are dropped, never shown, never an error
 * (OpenID Connect Core 1.0, 5.5.1). `*_verified` follows its neighbour and is not asked by itself.
 */
export function requestedClaims(
  catalogue: ClaimCatalogue,
  client: Client,
  scopes: ReadonlySet<string>,
  claims: ClaimsParameter | undefined,
  trustFramework: string,
): RequestedClaim[] {
  const allowed = new Set(client.policy.allowedClaims);
  const asked = new Map<string, RequestedClaim>();
  for (const { name, scope } of catalogue.values())
    if (scope !== undefined && scopes.has(scope)) asked.set(name, { name, essential: false });
  const plain = [claims?.userinfo, claims?.id_token]
    .flatMap((members) => Object.entries(members ?? {}))
    .filter(([name]) => catalogue.get(name)?.verifies === undefined);
  for (const [name, member] of [...plain, ...verifiedMembers(claims, trustFramework)]) {
    const before = asked.get(name);
    const essential = isEssential(member) || before?.essential === true;
    asked.set(name, { name, essential, guess: guessIn(member) ?? before?.guess });
  }
  return [...asked.values()].filter(({ name }) => catalogue.has(name) && allowed.has(name) && companionOf[name] === undefined);
}
