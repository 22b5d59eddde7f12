import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { systemRandom } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';

/** A root key by its id; the first of a list seals, all of them open. */
export interface RootKey {
  readonly id: string;
  readonly key: Buffer;
}

const ivLength = 12;
const tagLength = 16;

/** Fields behind their lengths, so that no two lists of fields read the same. */
function lengthDelimited(fields: readonly string[]): Buffer {
  const texts = fields.map((field) => field.normalize('NFC'));
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const all = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, 0));
  let at = 0;
  for (const [n, text] of texts.entries()) {
    at = all.writeUInt32BE(lengths[n] as number, at);
    at += all.write(text, at);
  }
  return all;
}

/** AES-256-GCM with a fresh IV for each value: `<key id>.<iv ‖ ciphertext ‖ tag>`. Blind indexes use the oldest key, so that they stay found. */
export function createSealing(rootKeys: readonly [RootKey, ...RootKey[]]): Sealing {
  const [current] = rootKeys;
  const oldest = rootKeys[rootKeys.length - 1] ?? current;
  const derived = new Map<string, Buffer>();
  const prepared = new Map<string, KeyObject>();

  function derive({ id, key }: RootKey, purpose: string): Buffer {
    const name = `${id} ${purpose}`;
    let known = derived.get(name);
    if (known === undefined) {
      known = Buffer.from(hkdfSync('sha256', key, '', purpose, 32));
      derived.set(name, known);
    }
    return known;
  }

  /** The same as a prepared key: handing over bytes costs a key import at every use. */
  function keyFor(root: RootKey, purpose: string): KeyObject {
    const name = `${root.id} ${purpose}`;
    let key = prepared.get(name);
    if (key === undefined) {
      key = createSecretKey(derive(root, purpose));
      prepared.set(name, key);
    }
    return key;
  }

  return {
    seal(plaintext, context) {
      const iv = systemRandom.bytes(ivLength);
      const cipher = createCipheriv('aes-256-gcm', keyFor(current, 'seal-v1'), iv);
      cipher.setAAD(lengthDelimited([current.id, context]));
      const sealed = Buffer.concat([iv, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${current.id}.${sealed.toString('base64url')}`;
    },
    open(sealed, context) {
      const [id, text = ''] = sealed.split('.');
      const root = rootKeys.find((each) => each.id === id);
      if (root === undefined) throw new Error(`sealed with a key that is not here: ${id}`);
      const bytes = Buffer.from(text, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', keyFor(root, 'seal-v1'), bytes.subarray(0, ivLength), {
        authTagLength: tagLength,
      });
      decipher.setAAD(lengthDelimited([root.id, context]));
      decipher.setAuthTag(bytes.subarray(-tagLength));
      return Buffer.concat([decipher.update(bytes.subarray(ivLength, -tagLength)), decipher.final()]).toString('utf8');
    },
    blindIndex: (namespace, value) =>
      createHmac('sha256', keyFor(oldest, 'blind-index-v1'))
        .update(lengthDelimited([namespace, value]))
        .digest('base64url'),
    deriveKey: (purpose) => derive(oldest, purpose),
  };
}
