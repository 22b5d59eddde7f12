import type { ClientPolicy } from './client.ts';
import { hintFor } from './closest-name.ts';
import { memberInvalid } from './errors.ts';
import type { Members } from './member-shapes.ts';

type ClaimsByScope = Readonly<Record<string, readonly string[]>>;

/** Scopes of the protocol itself, which bring no claim that is registered one by one. */
const protocolScopes = ['openid', 'offline_access'];

/** Scopes of SenID's own interfaces for programs: for internal services, and only where a registration names them. */
export const adminScopes = ['services.read', 'services.manage', 'services.review', 'services.operate'] as const;

const words = (text: string | undefined): string[] => text?.split(' ').filter(Boolean) ?? [];

/**
 * What a service may ask for: what its registration names; asking for more is `invalid_scope` before any page (assurance.md, rule 7). Where it
 * names none, every scope of people's data may be asked and brings what `allowed_claims` has: client libraries ask for `profile` by themselves.
 */
export function scopesOf(
  { allowedScopes }: Pick<ClientPolicy, 'allowedScopes'>,
  metadata: Readonly<Record<string, unknown>>,
  claimsByScope: ClaimsByScope,
): readonly string[] {
  if (allowedScopes !== undefined) return allowedScopes;
  if (typeof metadata['scope'] === 'string') return words(metadata['scope']);
  return [...new Set([...protocolScopes, ...Object.keys(claimsByScope)])];
}

/** Why a service may not have a scope, or nothing. */
function scopeFault(scope: string, { class: kind, grant_types: grants }: Members, known: readonly string[]): string | undefined {
  if ((adminScopes as readonly string[]).includes(scope)) {
    if (kind !== 'internal') return 'is for internal services only';
    return grants.includes('client_credentials') ? undefined : 'needs the grant type client_credentials';
  }
  if (!known.includes(scope)) return `is not a known scope${hintFor(scope, known)}`;
  return scope === 'offline_access' && !grants.includes('refresh_token') ? 'needs the grant type refresh_token' : undefined;
}

/** Scopes must exist and be for this kind of service, and agree with `scope` where both are said. */
export function checkScopes(members: Members, claimsByScope: ClaimsByScope): void {
  const { allowed_scopes: allowed, scope } = members;
  const known = [...new Set([...protocolScopes, ...Object.keys(claimsByScope)])];
  for (const each of allowed ?? words(scope)) {
    const fault = scopeFault(each, members, known);
    if (fault !== undefined) throw memberInvalid(allowed === undefined ? 'scope' : 'allowed_scopes', `${each} ${fault}`);
  }
  if (allowed === undefined) return;
  if (members.grant_types.includes('authorization_code') && !allowed.includes('openid'))
    throw memberInvalid('allowed_scopes', 'openid is in every sign-in');
  const said = scope === undefined ? allowed : words(scope);
  const other = [...said, ...allowed].find((each) => !allowed.includes(each) || !said.includes(each));
  if (other !== undefined) throw memberInvalid('scope', `${other} is not in both scope and allowed_scopes`);
}
