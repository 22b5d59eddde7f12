import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { RootKey } from './sealing-aes.ts';

const shape = z.strictObject({
  keys: z.array(z.strictObject({ id: z.string().regex(/^[a-z0-9]{1,20}$/), key: z.base64url() })).min(1),
});

/** Thrown with words for an operator; never holds key material. */
export class KeyFileError extends Error {}

function create(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const text = JSON.stringify({ keys: [{ id: 'k1', key: randomBytes(32).toString('base64url') }] }, undefined, 2);
  try {
    writeFileSync(path, `${text}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    // another process of the same start was first: its keys are the ones
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  }
}

/**
 * Reads the sealing keys, newest first. Where `mayCreate`, a missing file is made.
 * @throws {KeyFileError} when it is missing, readable by others, or not of the right form
 */
export function loadKeyFile(path: string, { mayCreate }: { readonly mayCreate: boolean }): [RootKey, ...RootKey[]] {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined && !mayCreate) throw new KeyFileError(`the key file ${path} is missing`);
  if (mode === undefined) create(path);
  else if ((mode & 0o077) !== 0) throw new KeyFileError(`the key file ${path} can be read by others: chmod 600 it`);
  let parsed: z.infer<typeof shape>;
  try {
    parsed = shape.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new KeyFileError(`the key file ${path} is not of the form {"keys": [{"id", "key"}]}`);
  }
  const keys = parsed.keys.map(({ id, key }) => ({ id, key: Buffer.from(key, 'base64url') }));
  if (keys.some(({ key }) => key.length !== 32)) throw new KeyFileError(`the key file ${path} holds a key that is not of 32 bytes`);
  return keys as [RootKey, ...RootKey[]];
}
