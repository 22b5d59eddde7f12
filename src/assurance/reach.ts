import type { Account } from '#src/accounts/account.ts';
import { authenticationLevelOf } from './authentication-level.ts';
import type { Amr, ProvenMethod } from './methods.ts';
import type { Reach } from './required-level.ts';

/** What the devices of an account could prove at best, by their attestation; empty without a device. */
export type DeviceMethods = readonly Amr[];

/**
 * What phones of a deployment can prove: their keys and the PIN in front of them; a face where the register's matcher looks at it, and any biometric
 * where what a virtual phone says of itself is believed.
 */
export function deviceMethodsOf(deployment: { readonly allowSimulated: boolean; readonly hasMatcher: boolean }): DeviceMethods {
  if (deployment.allowSimulated) return ['swk', 'user', 'face', 'fpt'];
  return deployment.hasMatcher ? ['swk', 'user', 'face'] : ['swk', 'user'];
}

/** Level 4 is out of reach where an approval may have been relayed: across devices from a strange browser, or asked by a service by itself. */
export const relayedReach = (reach: Reach): Reach => (reach.authentication === 4 ? { ...reach, authentication: 3 } : reach);

/** The same in one browser: a strange one, as is known, or as what came across devices into it tells. */
export function reachHere(
  account: Account,
  deviceMethods: DeviceMethods,
  { methods, isStrange = false }: { readonly methods: readonly ProvenMethod[]; readonly isStrange?: boolean | undefined },
): Reach {
  const reach = reachOf(account, deviceMethods);
  return isStrange || methods.some(({ across }) => across === true) ? relayedReach(reach) : reach;
}

/** The best an account can reach with the authenticators enrolled now: nobody is enrolled in the middle of a sign-in. */
export function reachOf(account: Account, deviceMethods: DeviceMethods): Reach {
  const methods: Amr[] = account.authenticators.devices > 0 ? [...deviceMethods] : [];
  if ((account.authenticators.passkeys ?? 0) > 0) methods.push('swk', 'user');
  if (account.authenticators.password) methods.push('pwd');
  if (account.authenticators.totp) methods.push('otp');
  return { identity: account.identityLevel, authentication: authenticationLevelOf(methods) };
}
