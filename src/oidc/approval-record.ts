import { importJWK, SignJWT } from 'jose';
import type { FrozenApproval } from '#src/approvals/collections.ts';
import { openPayload } from '#src/approvals/sealed-payload.ts';
import { signedDecisionOf } from '#src/approvals/signed-decision.ts';
import type { AdapterParts } from './adapter/parts.ts';

/** The key that records are signed with, out of those that are published. */
const recordAlgorithm = 'ES256';

/**
 * What a service keeps of an approved transaction, as a JWT of ours (`typ: approval-record+jwt`): the bytes the person was shown, their signed
 * decision over them, and the key it verifies with. Two public keys prove it years later: the person's in the record, and ours over it all.
 */
export async function approvalRecord(
  { store, sealing, keys, issuer }: AdapterParts,
  approval: FrozenApproval & { readonly decision: string; readonly decidedAt: number },
  { audience, subject }: { readonly audience: string; readonly subject: string },
): Promise<string> {
  const kept = await signedDecisionOf(store, approval.id);
  const jwk = keys.find(({ alg }) => alg === recordAlgorithm);
  if (kept === undefined || jwk === undefined) throw new TypeError('an approved transaction has its decision, and we have a key');
  return new SignJWT({
    payload: openPayload(sealing, approval),
    decision: kept.decision,
    approval_key: kept.approvalKey,
    attestation: kept.attestation,
  })
    .setProtectedHeader({ alg: recordAlgorithm, kid: jwk.kid, typ: 'approval-record+jwt' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(subject)
    .setJti(approval.id)
    .setIssuedAt(Math.floor(approval.decidedAt / 1000))
    .sign(await importJWK(jwk, recordAlgorithm));
}
