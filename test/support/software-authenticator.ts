import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const flags = { present: 1, verified: 4, backupEligible: 8, backedUp: 16, attested: 64 } as const;

/** What an attacker bends. */
export interface Bent {
  readonly origin?: string;
  readonly rpId?: string;
  readonly isVerified?: boolean;
  readonly counter?: number;
  readonly type?: string;
  readonly userHandle?: string;
}

/** An authenticator in software, spelled out so that tests can bend every part. @see Web Authentication Level 3, 6 */
export class SoftwareAuthenticator {
  readonly id = randomBytes(32);
  readonly isSynced: boolean;
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  #counter = 0;
  #userHandle = '';

  constructor({ isSynced = false } = {}) {
    this.isSynced = isSynced;
  }

  #clientData(type: string, challenge: string, origin: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  #authenticatorData(rpId: string, isVerified: boolean, counter: number, attested?: Buffer): Buffer {
    const set =
      flags.present |
      (isVerified ? flags.verified : 0) |
      (this.isSynced ? flags.backupEligible | flags.backedUp : 0) |
      (attested === undefined ? 0 : flags.attested);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(rpId), Buffer.from([set]), count, attested ?? Buffer.alloc(0)]);
  }

  /** Answers an offer as `navigator.credentials.create` would. */
  create(
    options: object,
    { origin, rpId, isVerified = true, type = 'webauthn.create' }: Bent & { readonly origin: string },
  ): string {
    const { challenge, rp, user } = options as { challenge: string; rp: { id: string }; user: { id: string } };
    this.#userHandle = user.id;
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    const cose = isoCBOR.encode(
      new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
        [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
      ]) as never,
    );
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, this.id, Buffer.from(cose)]);
    const authData = this.#authenticatorData(rpId ?? rp.id, isVerified, this.#counter, attested);
    const attestation = isoCBOR.encode(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', new Uint8Array(authData)],
      ]) as never,
    );
    return JSON.stringify({
      id: this.id.toString('base64url'),
      rawId: this.id.toString('base64url'),
      type: 'public-key',
      response: {
        clientDataJSON: this.#clientData(type, challenge, origin).toString('base64url'),
        attestationObject: Buffer.from(attestation).toString('base64url'),
        transports: ['internal'],
      },
    });
  }

  /** Answers a challenge as `navigator.credentials.get` would. */
  get(challenge: string, rpId: string, bent: Bent & { readonly origin: string }): string {
    const { origin, isVerified = true, type = 'webauthn.get', userHandle = this.#userHandle } = bent;
    this.#counter = bent.counter ?? this.#counter + 1;
    const clientData = this.#clientData(type, challenge, origin);
    const authData = this.#authenticatorData(bent.rpId ?? rpId, isVerified, this.#counter);
    const signature = createSign('sha256')
      .update(Buffer.concat([authData, sha256(clientData)]))
      .sign(this.#keys.privateKey);
    return JSON.stringify({
      id: this.id.toString('base64url'),
      rawId: this.id.toString('base64url'),
      type: 'public-key',
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle,
      },
    });
  }
}
