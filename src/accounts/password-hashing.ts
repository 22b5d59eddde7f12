import { availableParallelism } from 'node:os';
import { type Algorithm, hash } from '@node-rs/argon2';
import { DomainError } from '#src/kernel/domain-error.ts';
import { verifyHash } from './foreign-hashes.ts';

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
    verify: (passwordHash, password) => inTurn(() => verifyHash(passwordHash, password)),
    needsUpgrade: (passwordHash) => !passwordHash.startsWith(currentPrefix),
  };
}
