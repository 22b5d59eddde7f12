import { randomBytes, randomInt } from 'node:crypto';

/** Randomness, injected: tests replay it. */
export interface Random {
  bytes(length: number): Buffer;
  /** A uniform integer, 0 ≤ n < limit. */
  below(limit: number): number;
}

export const systemRandom: Random = { bytes: randomBytes, below: (limit) => randomInt(limit) };

/** An opaque identifier of `bits` random bits in base64url. */
export const randomIdentifier = (random: Random, bits = 128): string => random.bytes(Math.ceil(bits / 8)).toString('base64url');
