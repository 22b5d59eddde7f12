import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** One enrolled identity of the virtual phone, private keys included: the file is readable by its owner alone. */
export interface PhoneState {
  readonly issuer: string;
  readonly deviceId: string;
  readonly name: string;
  readonly account: { readonly display_name: string; readonly identity_level: number };
  readonly deviceKey: JWK;
  readonly approvalKey: JWK;
}

export const readPhone = (file: string): PhoneState | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PhoneState) : undefined;

export function writePhone(file: string, state: PhoneState): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
}

/** A fresh P-256 key pair as a private JWK. */
export async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return exportJWK(privateKey);
}

export const publicPart = ({ kty, crv, x, y }: JWK): JWK => ({ kty, crv, x, y }) as JWK;
