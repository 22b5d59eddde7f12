import type { Account } from '#src/accounts/account.ts';
import { authenticationLevelOf } from './authentication-level.ts';
import type { Amr } from './methods.ts';
import type { Reach } from './required-level.ts';

/** What the devices of an account could prove at best, by their attestation; empty without a device. */
export type DeviceMethods = readonly Amr[];

/** The best an account can reach with the authenticators enrolled now: nobody is enrolled in the middle of a sign-in. */
export function reachOf(account: Account, deviceMethods: DeviceMethods): Reach {
  const methods: Amr[] = account.authenticators.devices > 0 ? [...deviceMethods] : [];
  if (account.authenticators.password) methods.push('pwd');
  if (account.authenticators.totp) methods.push('otp');
  return { identity: account.identityLevel, authentication: authenticationLevelOf(methods) };
}
