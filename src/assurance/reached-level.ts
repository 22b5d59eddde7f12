import { authenticationLevels } from '#config/acr.ts';
import type { IdentityLevel } from '#src/accounts/account.ts';
import { isMultiFactor, provenLevelOf } from './authentication-level.ts';
import type { AuthenticationLevel, Level } from './level.ts';
import type { Amr, ProvenMethod } from './methods.ts';

/** What counts for one authorization request. All times are in whole seconds since the epoch. */
export interface Proof {
  /** Those that were ended since are left out. */
  readonly methods: readonly ProvenMethod[];
  /** Read from the account now, never from the session. */
  readonly identityLevel: IdentityLevel;
  readonly now: number;
  /** Something was proven for this very request. */
  readonly provenNow: boolean;
}

export interface Reached {
  readonly level: Level;
  /** RFC 8176 values, with `mfa` where more than one kind of factor was proven. */
  readonly amr: readonly string[];
}

/** The fewest newest methods that amount to `level`; undefined when even all that count do not. */
function newestMethodsFor(level: AuthenticationLevel, proof: Proof): readonly ProvenMethod[] | undefined {
  const row = authenticationLevels[level - 1];
  if (row === undefined || (!row.fromSessionAlone && !proof.provenNow)) return undefined;
  const oldest = proof.now - row.maxAgeSeconds;
  const usable = proof.methods.filter(({ at }) => at >= oldest).sort((one, other) => other.at - one.at);
  for (let count = 1; count <= usable.length; count += 1) {
    const newest = usable.slice(0, count);
    if (provenLevelOf(newest) >= level) return newest;
  }
  return undefined;
}

/** The strongest level the proof amounts to; undefined when nothing that counts was proven. */
export function reachedLevel(proof: Proof): Reached | undefined {
  for (const { level } of [...authenticationLevels].reverse()) {
    if (newestMethodsFor(level, proof) === undefined) continue;
    const row = authenticationLevels[level - 1];
    const oldest = proof.now - (row?.maxAgeSeconds ?? 0);
    const amr = new Set<Amr>(proof.methods.filter(({ at }) => at >= oldest).map((method) => method.amr));
    return {
      level: { identity: proof.identityLevel, authentication: level },
      amr: [...amr, ...(isMultiFactor(amr) ? ['mfa'] : [])],
    };
  }
  return undefined;
}

/**
 * `auth_time` of a token that carries this authentication level: when the oldest method that it counts was proven.
 * @see OpenID Connect Core 1.0, 2
 */
export function authTimeOf(level: AuthenticationLevel, proof: Proof): number | undefined {
  return newestMethodsFor(level, proof)?.at(-1)?.at;
}
