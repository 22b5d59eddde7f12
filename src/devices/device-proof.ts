import { createHash } from 'node:crypto';
import { compactVerify, importJWK, type JWK, type JWSHeaderParameters } from 'jose';
import { DomainError } from '#src/kernel/domain-error.ts';
import { devicePolicy } from './policy.ts';

/** The request a proof must belong to. */
export interface ProvenRequest {
  readonly method: string;
  /** Issuer + path, no query, whatever host was called. */
  readonly url: string;
  readonly body: Buffer;
  /** Whole seconds since the epoch. */
  readonly now: number;
}

interface ProofClaims {
  readonly htm?: unknown;
  readonly htu?: unknown;
  readonly iat?: unknown;
  readonly jti?: unknown;
  readonly bh?: unknown;
}

const invalid = (detail: string): DomainError => new DomainError('proof_invalid', { detail });

/** A JWK as it is kept: a P-256 public key and nothing else. @throws {DomainError} `enrolment_invalid` */
export function publicP256(jwk: JWK, name: string): JWK {
  const { kty, crv, x, y } = jwk;
  const isPoint = (member: unknown): member is string => typeof member === 'string' && /^[A-Za-z0-9_-]{43}$/.test(member);
  if (kty !== 'EC' || crv !== 'P-256' || !isPoint(x) || !isPoint(y) || 'd' in jwk)
    throw new DomainError('enrolment_invalid', { detail: `${name}: not a public P-256 JWK` });
  return { kty, crv, x, y };
}

/** Reads a proof's header without believing it. */
export function proofHeader(proof: string | undefined): JWSHeaderParameters & { readonly jwk?: JWK } {
  if (proof === undefined || proof === '') throw new DomainError('proof_missing');
  try {
    const header = JSON.parse(Buffer.from(proof.split('.')[0] ?? '', 'base64url').toString('utf8')) as JWSHeaderParameters;
    if (typeof header !== 'object' || header === null) throw new TypeError('not an object');
    return header;
  } catch {
    throw invalid('not a compact JWS');
  }
}

function checkClaims(claims: ProofClaims, { method, url, body, now }: ProvenRequest): void {
  if (claims.htm !== method) throw invalid('htm');
  if (claims.htu !== url) throw invalid('htu');
  if (typeof claims.iat !== 'number' || Math.abs(now - claims.iat) > devicePolicy.proofSkewSeconds) throw invalid('iat');
  if (typeof claims.jti !== 'string' || claims.jti === '') throw invalid('jti');
  const digest = createHash('sha256').update(body).digest('base64url');
  if (body.length > 0 ? claims.bh !== digest : claims.bh !== undefined && claims.bh !== digest) throw invalid('bh');
}

/**
 * Checks that a call was signed by a device key: ES256 alone, `typ: device-proof+jwt`, method, address, time and body.
 * @throws {DomainError} `proof_invalid`
 */
export async function checkProof(proof: string, key: JWK, request: ProvenRequest): Promise<void> {
  let claims: ProofClaims;
  try {
    const { payload, protectedHeader } = await compactVerify(proof, await importJWK(key, 'ES256'), { algorithms: ['ES256'] });
    if (protectedHeader.typ !== 'device-proof+jwt') throw new TypeError('typ');
    claims = JSON.parse(Buffer.from(payload).toString('utf8')) as ProofClaims;
  } catch {
    throw invalid('signature or type');
  }
  checkClaims(claims, request);
}
