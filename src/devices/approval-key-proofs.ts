import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose';
import { type Clock, epochSeconds } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { Device } from './collections.ts';
import { normaliseCode } from './enrolment-codes.ts';
import { devicePolicy } from './policy.ts';

/** What an approval key's signature is checked against: the time, and who it must be meant for. */
export interface ProofCheck {
  readonly clock: Clock;
  readonly issuer: string;
}

/** What is not right about an enrolment, for who writes the phone. */
export const bad = (detail: string): DomainError => new DomainError('enrolment_invalid', { detail });

/** Verifies a JWS of a key for one purpose; undefined when it is not. */
async function verified(jws: string, key: JWK, typ: string): Promise<Record<string, unknown> | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(jws, await importJWK(key, 'ES256'), { algorithms: ['ES256'] });
    const claims: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return protectedHeader.typ === typ && typeof claims === 'object' && claims !== null
      ? (claims as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const isNear = (clock: Clock, iat: unknown): boolean =>
  typeof iat === 'number' && Math.abs(epochSeconds(clock) - iat) <= devicePolicy.proofSkewSeconds;

/** That the holder of a new approval key enrols it with this code beside this device key, just now. @throws {DomainError} `enrolment_invalid` */
export async function checkApprovalProof(
  { clock, issuer }: ProofCheck,
  { code, proof, deviceKey, approvalKey }: { code: string; proof: string; deviceKey: JWK; approvalKey: JWK },
): Promise<void> {
  const claims = await verified(proof, approvalKey, 'approval-key-proof+jwt');
  if (claims === undefined) throw bad('approval_proof: signature or type');
  if (claims['aud'] !== issuer) throw bad('approval_proof: aud');
  const plain = code.toUpperCase().replace(/-/g, '').trim();
  const digests = [plain, normaliseCode(code)].map((text) => createHash('sha256').update(text).digest('base64url'));
  if (!digests.includes(String(claims['code_hash']))) throw bad('approval_proof: code_hash');
  if (claims['device_jkt'] !== (await calculateJwkThumbprint(deviceKey))) throw bad('approval_proof: device_jkt');
  if (!isNear(clock, claims['iat'])) throw bad('approval_proof: iat');
}

/** What a device's approval key signed for one deed of its own, just now, after its holder was verified; undefined when it is not that. */
export async function signedRequest(
  { clock, issuer }: ProofCheck,
  device: Device,
  request: string,
  typ: string,
): Promise<Record<string, unknown> | undefined> {
  const claims = await verified(request, device.approvalKey, typ);
  const isRight =
    claims !== undefined &&
    claims['aud'] === issuer &&
    claims['device'] === device.id &&
    typeof claims['user_verification'] === 'string' &&
    isNear(clock, claims['iat']);
  const exp = Number(claims?.['exp']);
  return isRight && exp > epochSeconds(clock) && exp - Number(claims['iat']) <= 60 ? claims : undefined;
}
