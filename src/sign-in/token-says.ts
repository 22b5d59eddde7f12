import { parseAcr } from '#src/assurance/level.ts';
import { authTimeOf } from '#src/assurance/reached-level.ts';
import { tokenAcr } from '#src/assurance/token-acr.ts';
import type { Assessment } from './assess.ts';

/** What the tokens of one request say of the sign-in. */
export interface TokenSays {
  readonly acr: string;
  readonly amr: readonly string[];
  /** Whole seconds since the epoch. */
  readonly authTime: number;
}

/** Undefined where nothing that counts was proven. */
export function tokenSays({ requirement, reached, proof }: Assessment): TokenSays | undefined {
  if (requirement.outcome !== 'reachable' || reached === undefined || proof === undefined) return undefined;
  const acr = tokenAcr(reached.level, requirement.required, requirement.asked);
  const authTime = authTimeOf(parseAcr(acr)?.authentication ?? reached.level.authentication, proof);
  return authTime === undefined ? undefined : { acr, amr: reached.amr, authTime };
}
