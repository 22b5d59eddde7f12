import type { Client } from '#src/clients/client.ts';
import { type ClaimCatalogue, companionOf } from './claim-catalogue.ts';

/** The `claims` request parameter, parsed. @see OpenID Connect Core 1.0, 5.5 */
export interface ClaimsParameter {
  readonly userinfo?: Readonly<Record<string, unknown>> | undefined;
  readonly id_token?: Readonly<Record<string, unknown>> | undefined;
}

export interface RequestedClaim {
  readonly name: string;
  readonly essential: boolean;
}

const isEssential = (member: unknown): boolean =>
  typeof member === 'object' && member !== null && 'essential' in member && member.essential === true;

/**
 * What a request asks for inside what the service registered: claims outside are dropped, never shown, never an error
 * (OpenID Connect Core 1.0, 5.5.1). `*_verified` follows its neighbour and is not asked by itself.
 */
export function requestedClaims(
  catalogue: ClaimCatalogue,
  client: Client,
  scopes: ReadonlySet<string>,
  claims: ClaimsParameter | undefined,
): RequestedClaim[] {
  const allowed = new Set(client.policy.allowedClaims);
  const essential = new Map<string, boolean>();
  for (const { name, scope } of catalogue.values()) if (scopes.has(scope)) essential.set(name, false);
  for (const members of [claims?.userinfo, claims?.id_token]) {
    for (const [name, member] of Object.entries(members ?? {}))
      essential.set(name, isEssential(member) || (essential.get(name) ?? false));
  }
  return [...essential]
    .filter(([name]) => catalogue.has(name) && allowed.has(name) && companionOf[name] === undefined)
    .map(([name, isNeeded]) => ({ name, essential: isNeeded }));
}
