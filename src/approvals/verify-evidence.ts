import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose';

/** A decision with what it is about, as it is kept or handed out. */
export interface Evidence {
  /** The bytes that were shown, base64url. */
  readonly payload: string;
  /** Compact JWS by the approval key. */
  readonly decision: string;
  readonly approvalKey: JWK;
}

/** What can be said of it by its own public key; `decision` only where everything fits. */
export interface Verdict {
  readonly signature: boolean;
  readonly samePayload: boolean;
  readonly sameApproval: boolean;
  readonly decision: 'approve' | 'deny' | 'not-me' | undefined;
  readonly granted: readonly string[];
  /** RFC 7638, to compare with what a device was enrolled with. */
  readonly keyThumbprint: string;
}

interface Signed {
  readonly approval?: unknown;
  readonly payload_hash?: unknown;
  readonly decision?: Verdict['decision'];
  readonly granted?: readonly string[];
}

async function signedClaims({ decision, approvalKey }: Evidence): Promise<Signed | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(decision, await importJWK(approvalKey, 'ES256'), {
      algorithms: ['ES256'],
    });
    return protectedHeader.typ === 'approval-decision+jwt'
      ? (JSON.parse(Buffer.from(payload).toString('utf8')) as Signed)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Verifies a kept decision, however long ago it was made: its own times are not asked about. */
export async function verifyEvidence(evidence: Evidence): Promise<Verdict> {
  const shown = Buffer.from(evidence.payload, 'base64url');
  const claims = await signedClaims(evidence);
  const samePayload = claims?.payload_hash === createHash('sha256').update(shown).digest('base64url');
  const sameApproval = claims !== undefined && (JSON.parse(shown.toString('utf8')) as { id?: unknown }).id === claims.approval;
  const fits = samePayload && sameApproval;
  return {
    signature: claims !== undefined,
    samePayload,
    sameApproval,
    decision: fits ? claims?.decision : undefined,
    granted: fits ? (claims?.granted ?? []) : [],
    keyThumbprint: await calculateJwkThumbprint(evidence.approvalKey),
  };
}
