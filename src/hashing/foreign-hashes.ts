import { pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto';
import { verifySync as verifyArgon2 } from '@node-rs/argon2';
import { verifySync as verifyBcrypt } from '@node-rs/bcrypt';

type Settings = Readonly<Record<string, number>>;

/** A PHC string taken apart: `$<kind>[$v=19]$<settings>$<salt>$<digest>`. */
interface PhcString {
  readonly kind: string;
  readonly version: string | undefined;
  readonly settings: Settings;
  readonly salt: Buffer;
  readonly digest: Buffer;
}

// salts of 8 bytes and digests of 16 at least: a shorter digest would let many passwords in
const phcString =
  /^\$([a-z0-9-]+)(?:\$v=(\d+))?\$([a-z]+=\d{1,9}(?:,[a-z]+=\d{1,9})*)\$([A-Za-z0-9+/]{11,128})\$([A-Za-z0-9+/]{22,256})$/;
const bcryptString = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const dearestBcrypt = 15;
const mebibyte = 1024 * 1024;

function read(passwordHash: string): PhcString | undefined {
  const [, kind, version, settings, salt, digest] = phcString.exec(passwordHash) ?? [];
  if (kind === undefined || settings === undefined || salt === undefined || digest === undefined) return undefined;
  const pairs = settings.split(',').map((pair) => pair.split('=') as [string, string]);
  return {
    kind,
    version,
    settings: Object.fromEntries(pairs.map(([name, value]) => [name, Number(value)])),
    salt: Buffer.from(salt, 'base64'),
    digest: Buffer.from(digest, 'base64'),
  };
}

const within = (value: number | undefined, least: number, most: number): boolean =>
  value !== undefined && value >= least && value <= most;

const isPayableArgon2 = ({ version, settings: { m, t, p } }: PhcString): boolean =>
  version === '19' && within(p, 1, 16) && within(t, 1, 20) && within(m, 8 * (p ?? 1), (256 * mebibyte) / 1024);
const isPayableScrypt = ({ settings: { ln = 0, r = 0, p } }: PhcString): boolean =>
  within(ln, 1, 20) && within(r, 1, 32) && within(p, 1, 16) && ln < 16 * r && 128 * 2 ** ln * r <= 128 * mebibyte;
const isPayablePbkdf2 = ({ settings: { i } }: PhcString): boolean => within(i, 1, 5_000_000);

/** What one check may cost is bounded: an imported line must not stop everybody else's sign-in. */
const isPayable: Readonly<Record<string, (hash: PhcString) => boolean>> = {
  argon2id: isPayableArgon2,
  argon2i: isPayableArgon2,
  scrypt: isPayableScrypt,
  'pbkdf2-sha256': isPayablePbkdf2,
  'pbkdf2-sha512': isPayablePbkdf2,
};

/** Whether a password hash of another system can be checked here: argon2, scrypt and PBKDF2 as PHC strings, bcrypt as `$2b$`. */
export function isSupportedHash(passwordHash: string): boolean {
  const cost = bcryptString.exec(passwordHash)?.[1];
  if (cost !== undefined) return within(Number(cost), 4, dearestBcrypt);
  const hash = read(passwordHash);
  return hash !== undefined && Object.hasOwn(isPayable, hash.kind) && isPayable[hash.kind]?.(hash) === true;
}

function digestOf({ kind, settings: { ln = 0, r = 0, p = 0, i = 0 }, salt, digest }: PhcString, password: string): Buffer {
  return kind === 'scrypt'
    ? scryptSync(password, salt, digest.length, { N: 2 ** ln, r, p, maxmem: 256 * mebibyte })
    : pbkdf2Sync(password, salt, i, digest.length, kind.slice('pbkdf2-'.length));
}

/** Checks a password against a hash that `isSupportedHash` accepts. Takes long: for a hashing thread alone. */
export function verifyHash(passwordHash: string, password: string): boolean {
  if (passwordHash.startsWith('$argon2')) return verifyArgon2(passwordHash, password);
  if (passwordHash.startsWith('$2')) return verifyBcrypt(password, passwordHash);
  const hash = read(passwordHash);
  return hash !== undefined && timingSafeEqual(digestOf(hash, password), hash.digest);
}
