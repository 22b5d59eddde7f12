import { createLocalJWKSet, importJWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { FrozenApproval, SignedDecisionDocument } from '#src/approvals/collections.ts';
import { openPayload } from '#src/approvals/sealed-payload.ts';
import { keepRecord, recordOf, signedDecisionOf } from '#src/approvals/signed-decision.ts';
import type { AdapterParts } from './adapter/parts.ts';
import { type RecordKey, recordAlgorithm } from './signing-keys.ts';

const recordType = 'approval-record+jwt';

/** Where the keys of records stand, below the issuer. */
export const recordKeysPath = '/jwks/records';

async function sign(
  { sealing, keys, issuer }: AdapterParts,
  approval: FrozenApproval & { readonly decidedAt: number },
  kept: SignedDecisionDocument,
  { audience, subject }: { readonly audience: string; readonly subject: string },
): Promise<string> {
  const jwk = keys.find(({ alg }) => alg === recordAlgorithm);
  if (jwk === undefined) throw new TypeError('we have a key');
  return new SignJWT({
    payload: openPayload(sealing, approval),
    decision: kept.decision,
    approval_key: kept.approvalKey,
    attestation: kept.attestation,
  })
    .setProtectedHeader({ alg: recordAlgorithm, kid: jwk.kid, jku: issuer + recordKeysPath, typ: recordType })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(subject)
    .setJti(approval.id)
    .setIssuedAt(Math.floor(approval.decidedAt / 1000))
    .sign(await importJWK(jwk, recordAlgorithm));
}

/**
 * What a service keeps of an approved transaction, as a JWT of ours (`typ: approval-record+jwt`): the bytes the person was shown, their signed
 * decision over them, and the key it verifies with. Two public keys prove it years later: the person's in the record, and ours over it all, which
 * `jku` names. Asked for again it is the same, and we keep it too.
 */
export async function approvalRecord(
  parts: AdapterParts,
  approval: FrozenApproval & { readonly decidedAt: number },
  to: { readonly audience: string; readonly subject: string },
): Promise<string> {
  const kept = await signedDecisionOf(parts.store, approval.id);
  if (kept === undefined) throw new TypeError('an approved transaction has its decision');
  return recordOf(parts, kept) ?? keepRecord(parts, approval.id, await sign(parts, approval, kept, to));
}

/** A record of ours as it is verified now. */
export interface VerifiedRecord {
  /** The key of ours that signed it. */
  readonly kid: string;
  readonly issuer: string;
  /** The person, as the service knows them. */
  readonly subject: string;
}

/** Verifies that we bound this decision and this approval key to a person; undefined when we did not. */
export async function verifyRecord(
  record: string,
  kept: SignedDecisionDocument,
  keys: readonly RecordKey[],
): Promise<VerifiedRecord | undefined> {
  // the issuer's name may have changed since: the key says that it was us
  const options = { audience: kept.clientId, typ: recordType, algorithms: [recordAlgorithm] };
  const verified = await jwtVerify<JWTPayload & { decision?: unknown; approval_key?: { x?: unknown; y?: unknown } }>(
    record,
    createLocalJWKSet({ keys: [...keys] }),
    options,
  ).catch(() => undefined);
  if (verified === undefined) return undefined;
  const { payload, protectedHeader } = verified;
  const { decision, approval_key: key, jti, iss, sub } = payload;
  const isSame = jti === kept.id && decision === kept.decision && key?.x === kept.approvalKey.x && key?.y === kept.approvalKey.y;
  return isSame ? { kid: String(protectedHeader.kid), issuer: String(iss), subject: String(sub) } : undefined;
}
