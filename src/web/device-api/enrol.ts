import type { Context } from 'koa';
import { z } from 'zod';
import { displayName } from '#src/accounts/account.ts';
import { checkProof, proofHeader, publicP256 } from '#src/devices/device-proof.ts';
import { isWaiting } from '#src/devices/waiting.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { isLoopback, subscriberOf } from '#src/kernel/networks.ts';
import { visibleLine } from '#src/kernel/visible-line.ts';
import { takeCall } from '../take-call.ts';
import { provenRequest, readBody, shaped } from './call.ts';
import type { DeviceApiParts } from './parts.ts';

const jwk = z.looseObject({ kty: z.string() });

const enrolment = z.object({
  code: z.string().min(1).max(64),
  password: z.string().max(1000).optional(),
  name: z.string().normalize('NFC').trim().min(1).max(100).regex(visibleLine),
  platform: z.enum(['cli', 'web', 'android', 'ios']),
  device_key: jwk,
  approval_key: z.union([jwk, z.looseObject({ webauthn: z.unknown() })]),
  approval_proof: z.string().max(4000),
  attestation: z.looseObject({ class: z.string().max(50) }).optional(),
  user_verification: z
    .array(z.enum(['pin', 'face', 'fingerprint']))
    .max(3)
    .optional(),
});

/** Counts a try before it is checked, so that many at once don't slip through, and takes it back unless the code was wrong. */
async function countingWrongCodes<Result>(
  { limits }: DeviceApiParts,
  { ip }: Context,
  enrol: () => Promise<Result>,
): Promise<Result> {
  if (limits.loopbackIsFree && isLoopback(ip)) return enrol();
  const place = subscriberOf(ip);
  await takeCall(limits.wrongCodesOfNetwork, place);
  try {
    const enrolled = await enrol();
    await limits.wrongCodesOfNetwork.reward(place);
    return enrolled;
  } catch (refusal) {
    const isWrongCode = refusal instanceof DomainError && refusal.code === 'enrolment_code_invalid';
    if (!isWrongCode) await limits.wrongCodesOfNetwork.reward(place);
    throw refusal;
  }
}

/** A code that nobody vouched for lets in only who knows the password too: a code that was phished takes no account. */
async function checkOwnersPassword(
  { devices, keyboard }: DeviceApiParts,
  { ip }: Context,
  { code, password = '' }: z.infer<typeof enrolment>,
): Promise<void> {
  const owner = await devices.passwordNeededBy(code);
  if (owner === undefined) return;
  if (password === '') throw new DomainError('enrolment_password_missing');
  const proven = await keyboard.verifyPassword(owner.person().idNumber, password, { address: ip, browser: undefined });
  if (proven?.id !== owner.id) throw new DomainError('enrolment_password_wrong');
}

/** A new device, signed for by its own new key. */
export async function enrolDevice(parts: DeviceApiParts, ctx: Context): Promise<void> {
  const proof = ctx.get('Device-Proof');
  const header = proofHeader(proof);
  if (typeof header.jwk !== 'object' || header.jwk === null) throw new DomainError('proof_invalid', { detail: 'jwk' });
  const { bytes, body } = await readBody(ctx);
  const proofKey = publicP256(header.jwk, 'proof jwk');
  await checkProof(proof, proofKey, provenRequest(parts, ctx, bytes));
  const given = shaped(enrolment, body);
  if ('webauthn' in given.approval_key) throw new DomainError('attestation_unsupported', { detail: 'approval_key: send a JWK' });
  const { device, account } = await countingWrongCodes(parts, ctx, async () => {
    await checkOwnersPassword(parts, ctx, given);
    return parts.devices.enrol(
      { ...given, approval_key: given.approval_key as never, device_key: given.device_key as never },
      proofKey,
    );
  });
  ctx.status = 201;
  ctx.body = {
    device_id: device.id,
    state: isWaiting(device, parts.clock.now()) ? 'waiting' : 'active',
    account: { display_name: displayName(account.person().name), identity_level: account.identityLevel },
  };
}
