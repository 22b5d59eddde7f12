import type { AuthenticationLevel } from './level.ts';
import { type Amr, type Factor, factorOf, type ProvenMethod } from './methods.ts';

/**
 * The authentication level that a set of proven methods amounts to, ages aside; 0 for none, and for a code by SMS alone.
 * An SMS counts as something held only beside another factor and never for level 3 or 4.
 */
export function authenticationLevelOf(methods: Iterable<Amr>): AuthenticationLevel | 0 {
  const strong = new Set<Factor>();
  let sms = false;
  for (const amr of methods) {
    if (amr === 'sms') sms = true;
    else strong.add(factorOf[amr]);
  }
  if (strong.size === 3) return 4;
  if (strong.size === 2) return strong.has('is') ? 3 : 2;
  if (strong.size === 1) return sms && !strong.has('holds') ? 2 : 1;
  return 0;
}

/**
 * The same for methods as they were proven: what may have been relayed to a stranger's browser never makes level 4, however it is combined.
 * @see docs/threat-model.md
 */
export function provenLevelOf(methods: readonly ProvenMethod[]): AuthenticationLevel | 0 {
  const level = authenticationLevelOf(methods.map(({ amr }) => amr));
  if (level < 4) return level;
  return authenticationLevelOf(methods.filter(({ across }) => across !== true).map(({ amr }) => amr)) === 4 ? 4 : 3;
}

/** Whether more than one kind of factor was proven (`mfa` of RFC 8176). */
export const isMultiFactor = (methods: Iterable<Amr>): boolean => new Set([...methods].map((amr) => factorOf[amr])).size > 1;
