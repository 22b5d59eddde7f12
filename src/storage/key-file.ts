import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Profile } from '#config/load.ts';
import { makeDirectory } from './directory.ts';
import type { RootKey } from './sealing-aes.ts';

const shape = z.strictObject({
  /** Says that the keys were made by themselves, for trying out. */
  profile: z.enum(['development', 'test']).optional(),
  keys: z.array(z.strictObject({ id: z.string().regex(/^[a-z0-9]{1,20}$/), key: z.base64url() })).min(1),
});

/** Thrown with words for an operator; never holds key material. */
export class KeyFileError extends Error {
  readonly code: 'key_file_invalid' | 'key_file_missing' | 'key_file_of_development';
  constructor(code: KeyFileError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface KeyFileUse {
  readonly profile: Profile;
  /** The store these keys are for; `isThere` as it was before the key file was looked for. */
  readonly store: { readonly name: string; readonly isThere: boolean };
}

const howToMake =
  'write {"keys":[{"id":"k1","key":"32 random bytes in base64url"}]} into it with mode 0600 (openssl rand 32 | basenc --base64url | tr -d =)';

function create(path: string, profile: Profile): void {
  makeDirectory(dirname(path));
  const text = JSON.stringify({ profile, keys: [{ id: 'k1', key: randomBytes(32).toString('base64url') }] }, undefined, 2);
  try {
    writeFileSync(path, `${text}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    // another process of the same start was first: its keys are the ones
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  }
}

/**
 * What a missing key file means: outside production, before there is a store, the first start makes one.
 * @throws {KeyFileError} where nothing may make one
 */
export function requireMayMakeKeys(path: string, { profile, store }: KeyFileUse): void {
  const beginAnew = profile === 'production' ? '' : `, or remove the store to begin anew without what is in it`;
  if (store.isThere)
    throw new KeyFileError(
      'key_file_missing',
      `the store ${store.name} exists but its key file ${path} is missing: restore your copy${beginAnew}`,
    );
  if (profile === 'production')
    throw new KeyFileError(
      'key_file_missing',
      `the key file ${path} is missing and production makes none by itself: restore your copy, or for a new installation ${howToMake}`,
    );
}

/**
 * Reads the sealing keys, newest first; makes the file where that is allowed.
 * @throws {KeyFileError} when it is missing, readable by others, not of the right form, or made for trying out and now asked to serve
 */
export function loadKeyFile(path: string, use: KeyFileUse): [RootKey, ...RootKey[]] {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined) {
    requireMayMakeKeys(path, use);
    create(path, use.profile);
  } else if ((mode & 0o077) !== 0)
    throw new KeyFileError('key_file_invalid', `the key file ${path} can be read by others: chmod 600 it`);
  let parsed: z.infer<typeof shape>;
  try {
    parsed = shape.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new KeyFileError('key_file_invalid', `the key file ${path} is not of the form {"keys": [{"id", "key"}]}`);
  }
  if (use.profile === 'production' && parsed.profile !== undefined)
    throw new KeyFileError(
      'key_file_of_development',
      `the key file ${path} was made by itself for ${parsed.profile} and never serves production: for a new installation name another with SENID_KEY_FILE and ${howToMake}`,
    );
  const keys = parsed.keys.map(({ id, key }) => ({ id, key: Buffer.from(key, 'base64url') }));
  if (keys.some(({ key }) => key.length !== 32))
    throw new KeyFileError('key_file_invalid', `the key file ${path} holds a key that is not of 32 bytes`);
  return keys as [RootKey, ...RootKey[]];
}
