import type { AuthenticationLevel } from './level.ts';
import { type Amr, type Factor, factorOf } from './methods.ts';

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

/** Whether more than one kind of factor was proven (`mfa` of RFC 8176). */
export const isMultiFactor = (methods: Iterable<Amr>): boolean => new Set([...methods].map((amr) => factorOf[amr])).size > 1;
