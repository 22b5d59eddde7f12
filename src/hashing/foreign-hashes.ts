import { pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto';
import { verifySync as verifyArgon2 } from '@node-rs/argon2';
import { verifySync as verifyBcrypt } from '@node-rs/bcrypt';

type Settings = Readonly<Record<string, number>>;

/** A PHC string taken apart: `$<kind>[$v=19]$<settings>$<salt>$<digest>`. */
interface PhcString {
  readonly kind: string;
  readonly version: string | undefined;
  readonly settings: Settings;
  /** Base64. */
  readonly salt: string;
  readonly digest: string;
}

// salts of 8 bytes and digests of 16 at least: a shorter digest would let many passwords in
const phcString =
  /^\$([a-z0-9-]+)(?:\$v=(\d+))?\$([a-z]+=\d{1,9}(?:,[a-z]+=\d{1,9})*)\$([A-Za-z0-9+/]{11,128})\$([A-Za-z0-9+/]{22,256})$/;
const bcryptString = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const mebibyte = 1024 * 1024;

function read(passwordHash: string): PhcString | undefined {
  const [, kind, version, settings, salt, digest] = phcString.exec(passwordHash) ?? [];
  if (kind === undefined || settings === undefined || salt === undefined || digest === undefined) return undefined;
  const pairs = settings.split(',').map((pair) => pair.split('=') as [string, string]);
  return {
    kind,
    version,
    settings: Object.fromEntries(pairs.map(([name, value]) => [name, Number(value)])),
    salt,
    digest,
  };
}

const within = (value: number | undefined, least: number, most: number): boolean =>
  value !== undefined && value >= least && value <= most;

/** How a hash stands to what a check here may cost. */
export type HashJudgement = 'supported' | 'too-costly' | 'unknown';

/** `unknown` unless the settings make sense at all, then `too-costly` unless they are within our means. */
const judge = (makesSense: boolean, isPayable: boolean): HashJudgement =>
  makesSense ? (isPayable ? 'supported' : 'too-costly') : 'unknown';

const anyCost = Number.MAX_SAFE_INTEGER;

function judgeArgon2({ version, settings: { m = 0, t = 0, p = 0 } }: PhcString): HashJudgement {
  const memory = m * 1024;
  return judge(
    version === '19' && within(p, 1, anyCost) && within(t, 1, anyCost) && within(m, 8 * p, anyCost),
    p <= 16 && t <= 20 && memory <= 256 * mebibyte && memory * t <= 512 * mebibyte,
  );
}

function judgeScrypt({ settings: { ln = 0, r = 0, p = 0 } }: PhcString): HashJudgement {
  const memory = 128 * 2 ** ln * r;
  return judge(
    within(ln, 1, 63) && within(r, 1, anyCost) && within(p, 1, anyCost) && ln < 16 * r,
    r <= 32 && p <= 16 && memory <= 128 * mebibyte && memory * p <= 256 * mebibyte,
  );
}

const judgePbkdf2 = ({ settings: { i } }: PhcString): HashJudgement => judge(within(i, 1, anyCost), within(i, 1, 1_000_000));
const judgeBcrypt = (cost: number): HashJudgement => judge(within(cost, 4, 31), cost <= 13);

const judges: Readonly<Record<string, (hash: PhcString) => HashJudgement>> = {
  argon2id: judgeArgon2,
  argon2i: judgeArgon2,
  scrypt: judgeScrypt,
  'pbkdf2-sha256': judgePbkdf2,
  'pbkdf2-sha512': judgePbkdf2,
};

/**
 * Whether a password hash of another system can be checked here: argon2, scrypt and PBKDF2 as PHC strings, bcrypt as `$2b$`. What one
 * check may cost is bounded: imported lines must not stop everybody else's sign-in.
 */
export function judgeHash(passwordHash: string): HashJudgement {
  const cost = bcryptString.exec(passwordHash)?.[1];
  if (cost !== undefined) return judgeBcrypt(Number(cost));
  const hash = read(passwordHash);
  return (hash !== undefined && Object.hasOwn(judges, hash.kind) && judges[hash.kind]?.(hash)) || 'unknown';
}

/** The digest of a password as this hash would have it, and the one that it has. */
function digestsOf({ kind, settings: { ln = 0, r = 0, p = 0, i = 0 }, ...encoded }: PhcString, password: string): [Buffer, Buffer] {
  const [salt, digest] = [Buffer.from(encoded.salt, 'base64'), Buffer.from(encoded.digest, 'base64')];
  const found =
    kind === 'scrypt'
      ? scryptSync(password, salt, digest.length, { N: 2 ** ln, r, p, maxmem: 256 * mebibyte })
      : pbkdf2Sync(password, salt, i, digest.length, kind.slice('pbkdf2-'.length));
  return [found, digest];
}

/** Checks a password against a hash that `judgeHash` supports. Takes long: for a hashing thread alone. */
export function verifyHash(passwordHash: string, password: string): boolean {
  if (passwordHash.startsWith('$argon2')) return verifyArgon2(passwordHash, password);
  if (passwordHash.startsWith('$2')) return verifyBcrypt(password, passwordHash);
  const hash = read(passwordHash);
  return hash !== undefined && timingSafeEqual(...digestsOf(hash, password));
}
