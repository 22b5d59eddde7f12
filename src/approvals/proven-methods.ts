import type { IdentityLevel } from '#src/accounts/account.ts';
import { parseAcr, satisfies } from '#src/assurance/level.ts';
import type { ProvenMethod } from '#src/assurance/methods.ts';
import { reachedLevel } from '#src/assurance/reached-level.ts';
import type { Device } from '#src/devices/collections.ts';
import { isWaiting } from '#src/devices/waiting.ts';
import type { FrozenApproval } from './collections.ts';
import type { DecisionClaims } from './decision.ts';

/** A device's keys are software keys until an attestation says otherwise; the virtual phone's biometric counts only where simulation does. */
export function methodsOf(
  device: Device,
  verification: DecisionClaims['user_verification'],
  proven: Omit<ProvenMethod, 'amr'>,
  allowSimulated: boolean,
): ProvenMethod[] {
  const isBelieved = device.attestation.class === 'simulated' && allowSimulated && !isWaiting(device, proven.at * 1000);
  const biometric = verification === 'face' ? 'face' : verification === 'fingerprint' ? 'fpt' : undefined;
  return [
    { amr: 'swk', ...proven },
    { amr: 'user', ...proven },
    ...(isBelieved && biometric !== undefined ? [{ amr: biometric, ...proven } as const] : []),
  ];
}

/**
 * The level needs a biometric that this phone cannot prove by itself: no attestation says yet what a sensor is worth, so the register's matcher
 * looks at the person.
 */
export function needsMatcher(device: Device, acr: string, allowSimulated: boolean): boolean {
  const isBelieved = device.attestation.class === 'simulated' && allowSimulated;
  return !isBelieved && (parseAcr(acr)?.authentication ?? 0) >= 3;
}

/**
 * When the register's own matcher saw the face for this very approval, on the phone that answers; undefined when it did not. What a phone says of its
 * own sensor is another matter.
 */
export const faceSeenBy = (
  { id }: Pick<Device, 'id'>,
  { faceMatchedAt, faceMatchedBy }: Pick<FrozenApproval, 'faceMatchedAt' | 'faceMatchedBy'>,
): number | undefined => (faceMatchedBy === id ? faceMatchedAt : undefined);

export const matchedFace = (faceMatchedAt: number | undefined, proven: Omit<ProvenMethod, 'amr'>): ProvenMethod[] =>
  faceMatchedAt === undefined ? [] : [{ amr: 'face', ...proven, at: Math.floor(faceMatchedAt / 1000) }];

/** Whether these methods, proven now, are enough for an acr. */
export function reachesAcr(acr: string, methods: readonly ProvenMethod[], identityLevel: IdentityLevel, now: number): boolean {
  const required = parseAcr(acr);
  const reached = reachedLevel({ methods, identityLevel, now, provenNow: true });
  return required !== undefined && reached !== undefined && satisfies(reached.level, required);
}
