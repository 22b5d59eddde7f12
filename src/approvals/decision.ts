import { createHash } from 'node:crypto';
import { compactVerify, importJWK } from 'jose';
import { z } from 'zod';
import type { Device } from '#src/devices/collections.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { FrozenApproval } from './collections.ts';
import { approvalPolicy } from './policy.ts';

const claimsShape = z.object({
  aud: z.string(),
  approval: z.string(),
  payload_hash: z.string(),
  nonce: z.string(),
  decision: z.enum(['approve', 'deny', 'not-me']),
  number: z.string().optional(),
  granted: z.array(z.string()).max(100).optional(),
  user_verification: z.enum(['pin', 'face', 'fingerprint']),
  /** In which of its two languages the phone showed what is signed. */
  language: z.enum(['vi', 'en']).optional(),
  iat: z.number().int(),
  exp: z.number().int(),
});

export type DecisionClaims = z.infer<typeof claimsShape>;

const invalid = (detail: string): DomainError => new DomainError('decision_invalid', { detail });

/** Tells a broken signature from a JWS that is of another kind. */
async function verifiedClaims(jws: string, device: Device): Promise<unknown> {
  let header: { alg?: unknown; typ?: unknown; kid?: unknown };
  try {
    header = JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString('utf8')) as typeof header;
    if (typeof header !== 'object' || header === null) throw new TypeError('header');
  } catch {
    throw invalid('not a compact JWS');
  }
  if (header.alg !== 'ES256') throw invalid('alg');
  if (header.typ !== 'approval-decision+jwt') throw invalid('typ');
  if (header.kid !== device.id) throw invalid('kid');
  try {
    const { payload } = await compactVerify(jws, await importJWK(device.approvalKey, 'ES256'), { algorithms: ['ES256'] });
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch (cause) {
    throw cause instanceof SyntaxError ? invalid('claims') : new DomainError('signature_invalid');
  }
}

/**
 * Verifies a signed decision over an approval: by this device's approval key, for this issuer and approval, over exactly the frozen
 * bytes, made just now.
 * @throws {DomainError} `decision_invalid`, `signature_invalid`, `payload_mismatch`
 */
export async function verifyDecision(
  jws: string,
  device: Device,
  approval: FrozenApproval,
  { issuer, now }: { readonly issuer: string; readonly now: number },
): Promise<DecisionClaims> {
  const parsed = claimsShape.safeParse(await verifiedClaims(jws, device));
  if (!parsed.success) throw invalid(parsed.error.issues[0]?.path.join('.') ?? 'claims');
  const claims = parsed.data;
  if (claims.aud !== issuer) throw invalid('aud');
  if (claims.approval !== approval.id) throw invalid('approval');
  const { decisionLifeSeconds, deviceSkewSeconds } = approvalPolicy;
  if (claims.exp <= now || claims.exp > now + decisionLifeSeconds + deviceSkewSeconds) throw invalid('exp');
  if (claims.iat > now + deviceSkewSeconds || claims.exp - claims.iat > decisionLifeSeconds) throw invalid('iat');
  const hash = createHash('sha256').update(Buffer.from(approval.payload, 'base64url')).digest('base64url');
  if (claims.payload_hash !== hash || claims.nonce !== approval.nonce) throw new DomainError('payload_mismatch');
  return claims;
}
