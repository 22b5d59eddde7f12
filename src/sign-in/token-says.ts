import { parseAcr } from '#src/assurance/level.ts';
import { authTimeOf } from '#src/assurance/reached-level.ts';
import { tokenAcr } from '#src/assurance/token-acr.ts';
import type { Assessment, TokenSays } from './assess.ts';

/** Undefined where nothing that counts was proven. */
export function tokenSays({ requirement, reached, proof, simulated }: Assessment): TokenSays | undefined {
  if (simulated !== undefined) return simulated;
  if (requirement.outcome !== 'reachable' || reached === undefined || proof === undefined) return undefined;
  const acr = tokenAcr(reached.level, requirement.required, requirement.asked);
  const authTime = authTimeOf(parseAcr(acr)?.authentication ?? reached.level.authentication, proof);
  return authTime === undefined ? undefined : { acr, amr: reached.amr, authTime };
}
