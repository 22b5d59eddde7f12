import { createHash } from 'node:crypto';
import { compactVerify, createRemoteJWKSet, importJWK, type JWK, jwtVerify } from 'jose';

/** What a person signed, checked by public keys alone: SenID's over the record, the person's over the decision. */
export interface Proof {
  readonly approval: string;
  readonly decidedAt: string;
  /** RFC 7638 of the key that signed, shortened for the eye. */
  readonly key: string;
  readonly shown: { readonly transaction: Transaction };
  /** The record itself, to keep. */
  readonly record: string;
}

export interface Transaction {
  readonly type: 'senid_transaction';
  readonly amount: { readonly value: number; readonly currency: 'VND' };
  readonly payee: { readonly name: string; readonly account: string };
  readonly purpose: string;
  readonly reference: string;
}

interface Decision {
  readonly approval: string;
  readonly decision: string;
  readonly payload_hash: string;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** @throws when anything of it does not fit: another transaction, another audience, a signature that is none */
export async function verifyProof(
  record: string,
  expected: { issuer: string; audience: string; transaction: Transaction },
): Promise<Proof> {
  const keys = createRemoteJWKSet(new URL(`${expected.issuer}/jwks/records`));
  const { payload } = await jwtVerify(record, keys, {
    issuer: expected.issuer,
    audience: expected.audience,
    typ: 'approval-record+jwt',
  });
  const bytes = Buffer.from(String(payload['payload']), 'base64url');
  const shown = JSON.parse(bytes.toString('utf8')) as Proof['shown'] & { id: string };
  const signer = payload['approval_key'] as JWK;
  const signed = await compactVerify(String(payload['decision']), await importJWK(signer, 'ES256'), { algorithms: ['ES256'] });
  const decision = JSON.parse(text(signed.payload)) as Decision;
  const isOver = decision.payload_hash === createHash('sha256').update(bytes).digest('base64url');
  const isSame = JSON.stringify(shown.transaction) === JSON.stringify(expected.transaction);
  if (decision.decision !== 'approve' || decision.approval !== shown.id || !isOver || !isSame)
    throw new Error('the record does not prove this transaction');
  return {
    approval: shown.id,
    decidedAt: new Date(Number(payload.iat) * 1000).toISOString(),
    key: createHash('sha256').update(`${signer.x}.${signer.y}`).digest('hex').slice(0, 16),
    shown,
    record,
  };
}
