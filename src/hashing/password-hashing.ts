import { availableParallelism } from 'node:os';
import { DomainError } from '#src/kernel/domain-error.ts';
import { createHashingThreads } from './hashing-threads.ts';

/** The parameters of `hashing-thread.ts`, as a hash tells them. */
const currentPrefix = '$argon2id$v=19$m=19456,t=2,p=1$';

export interface PasswordHashing {
  hash(password: string): Promise<string>;
  /** @throws {DomainError} `hashing_busy` when too many are waiting */
  verify(passwordHash: string, password: string): Promise<boolean>;
  /** The password is right but its hash is of an older kind. */
  needsUpgrade(passwordHash: string): boolean;
  /** How many wait for their turn now. */
  readonly waiting: () => number;
}

export interface HashingLimits {
  /** Hashes at once, each on a thread of its own; below the number of cores, so that a storm of sign-ins leaves room for everything else. */
  readonly concurrent: number;
  readonly waiting: number;
}

export const defaultHashingLimits = (): HashingLimits => ({
  concurrent: Math.max(1, Math.min(3, availableParallelism() - 1)),
  waiting: 200,
});

/** Hashes on threads of their own, a few at a time, the rest in a queue that says when it is full. */
export function createPasswordHashing(limits: HashingLimits = defaultHashingLimits()): PasswordHashing {
  const threads = createHashingThreads();
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
    hash: async (password) => (await inTurn(() => threads.run({ kind: 'hash', password }))) as string,
    verify: async (passwordHash, password) =>
      (await inTurn(() => threads.run({ kind: 'verify', passwordHash, password }))) as boolean,
    waiting: () => queue.length,
    needsUpgrade: (passwordHash) => !passwordHash.startsWith(currentPrefix),
  };
}
