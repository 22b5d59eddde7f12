import { acrPrefix, authenticationLevels } from '#config/acr.ts';
import type { IdentityLevel } from '#src/accounts/account.ts';

export type AuthenticationLevel = (typeof authenticationLevels)[number]['level'];

/** Two axes, never mixed: how well the person is known, and how strongly they signed in. */
export interface Level {
  readonly identity: IdentityLevel;
  readonly authentication: AuthenticationLevel;
}

export const lowestLevel: Level = { identity: 1, authentication: 1 };

/** A partial order: `idA-authB` satisfies `idX-authY` when A ≥ X and B ≥ Y. */
export const satisfies = (reached: Level, required: Level): boolean =>
  reached.identity >= required.identity && reached.authentication >= required.authentication;

/** The smallest level that satisfies both, axis by axis: id2-auth1 with id1-auth3 is id2-auth3. */
export const join = (one: Level, other: Level): Level => ({
  identity: Math.max(one.identity, other.identity) as IdentityLevel,
  authentication: Math.max(one.authentication, other.authentication) as AuthenticationLevel,
});

/** The acr value of a level, e.g. `urn:senid:acr:id2-auth3`. */
export const formatAcr = (level: Level): string => `${acrPrefix}id${level.identity}-auth${level.authentication}`;

const byAcr = new Map<string, Level>();
for (const identity of [1, 2] as const) {
  for (const { level: authentication } of authenticationLevels) {
    const level: Level = Object.freeze({ identity, authentication });
    byAcr.set(formatAcr(level), level);
  }
}

/** The level an acr value names; undefined for a value that is not ours. */
export const parseAcr = (acr: string): Level | undefined => byAcr.get(acr);
