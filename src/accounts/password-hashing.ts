import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { type Algorithm, hash, verify } from '@node-rs/argon2';
import { DomainError } from '#src/kernel/domain-error.ts';

/** Argon2id, 19 MiB, two passes, one lane (OWASP's first choice). */
const parameters = {
  algorithm: 2 satisfies Algorithm.Argon2id as number,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
} as const;
const currentPrefix = '$argon2id$v=19$m=19456,t=2,p=1$';

export interface PasswordHashing {
  hash(password: string): Promise<string>;
  /** @throws {DomainError} `hashing_busy` when too many are waiting */
  verify(passwordHash: string, password: string): Promise<boolean>;
  /** The password is right but its hash is of an older kind. */
  needsUpgrade(passwordHash: string): boolean;
}

export interface HashingLimits {
  /** Hashes at once. Below the number of cores, so that signatures on the same thread pool keep moving in a storm of sign-ins. */
  readonly concurrent: number;
  readonly waiting: number;
}

export const defaultHashingLimits = (): HashingLimits => ({
  concurrent: Math.max(1, Math.min(3, availableParallelism() - 1)),
  waiting: 200,
});

const scryptBytes = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
const pbkdf2Bytes = promisify(pbkdf2);
const bytes = (text = ''): Buffer => Buffer.from(text, 'base64');

/** PHC strings of the kinds that legacy registers bring: `$scrypt$ln=15,r=8,p=1$salt$hash`, `$pbkdf2-sha256$i=310000$salt$hash`. */
const phc = /^\$(scrypt|pbkdf2-sha256|pbkdf2-sha512)\$([a-z]+=\d+(?:,[a-z]+=\d+)*)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

export const isSupportedHash = (passwordHash: string): boolean =>
  /^\$argon2(id|i)\$v=19\$m=\d{1,7},t=\d{1,3},p=\d{1,2}\$/.test(passwordHash) || phc.test(passwordHash);

async function verifyLegacy(passwordHash: string, password: string): Promise<boolean> {
  const [, kind = '', settings = '', salt, digest] = phc.exec(passwordHash) ?? [];
  const setting = Object.fromEntries(settings.split(',').map((pair) => pair.split('='))) as Record<string, string>;
  const expected = bytes(digest);
  const number = (name: string): number => Number(setting[name]);
  const actual =
    kind === 'scrypt'
      ? await scryptBytes(password, bytes(salt), expected.length, {
          N: 2 ** number('ln'),
          r: number('r'),
          p: number('p'),
          maxmem: 256 * 1024 * 1024,
        })
      : await pbkdf2Bytes(password, bytes(salt), number('i'), expected.length, kind.slice('pbkdf2-'.length));
  return timingSafeEqual(actual, expected);
}

/** Hashes off the main thread, a few at a time, the rest in a queue that says when it is full. */
export function createPasswordHashing(limits: HashingLimits = defaultHashingLimits()): PasswordHashing {
  const queue: (() => void)[] = [];
  let running = 0;

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (running >= limits.concurrent) {
      if (queue.length >= limits.waiting) throw new DomainError('hashing_busy', { retryAfterSeconds: 5 });
      await new Promise<void>((resolve) => queue.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {
    hash: (password) => inTurn(() => hash(password, parameters)),
    verify: (passwordHash, password) =>
      inTurn(() => (passwordHash.startsWith('$argon2') ? verify(passwordHash, password) : verifyLegacy(passwordHash, password))),
    needsUpgrade: (passwordHash) => !passwordHash.startsWith(currentPrefix),
  };
}
