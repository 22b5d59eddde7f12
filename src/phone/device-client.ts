import { createHash, randomUUID } from 'node:crypto';
import { CompactSign, importJWK, type JWK } from 'jose';

/** A refusal by the device API. */
export class PhoneRefused extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, status: number, detail: string) {
    super(detail);
    this.code = code;
    this.status = status;
  }
}

export async function sign(key: JWK, header: { typ: string; kid?: string; jwk?: JWK }, claims: object): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'ES256', ...header })
    .sign(await importJWK(key, 'ES256'));
}

export const seconds = (): number => Math.floor(Date.now() / 1000);
export const digest = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('base64url');

export interface SignedCall {
  readonly issuer: string;
  readonly method: string;
  /** Below `/device/v1`. */
  readonly path: string;
  readonly body?: unknown;
  readonly key: JWK;
  /** The device id, or the key itself before there is one. */
  readonly as: { readonly kid: string } | { readonly jwk: JWK };
}

async function readAnswer(response: Response, issuer: string): Promise<Record<string, unknown>> {
  try {
    return (await response.json()) as Record<string, unknown>;
  } catch {
    throw new PhoneRefused(
      'unexpected',
      response.status,
      `what answers at ${issuer} is no provider of ours (status ${response.status})`,
    );
  }
}

/** One call of the device API with its proof. @throws {PhoneRefused} */
export async function callDeviceApi({ issuer, method, path, body, key, as }: SignedCall): Promise<unknown> {
  const url = `${issuer}/device/v1${path}`;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const claims = { htm: method, htu: url, iat: seconds(), jti: randomUUID(), ...(text === undefined ? {} : { bh: digest(text) }) };
  const proof = await sign(key, { typ: 'device-proof+jwt', ...as }, claims);
  const response = await fetch(url, {
    method,
    headers: { 'Device-Proof': proof, ...(text === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(text === undefined ? {} : { body: text }),
  }).catch(() => {
    throw new PhoneRefused('unreachable', 0, `the provider does not answer at ${issuer}`);
  });
  const answer = response.status === 204 ? undefined : await readAnswer(response, issuer);
  if (response.ok) return answer;
  throw new PhoneRefused(
    String(answer?.['code'] ?? 'unexpected'),
    response.status,
    String(answer?.['title'] ?? response.statusText),
  );
}
