import { hash, randomBytes, randomFillSync, randomInt } from 'node:crypto';

/** Randomness, injected: tests replay it. */
export interface Random {
  bytes(length: number): Buffer;
  /** A uniform integer, 0 ≤ n < limit. */
  below(limit: number): number;
}

const poolLength = 16_384;

/** Random bytes drawn from the system many at a time: one call of it costs more than the bytes. What was handed out is wiped from the pool. */
function createPool(): (length: number) => Buffer {
  const pool = Buffer.alloc(poolLength);
  let used = poolLength;
  return (length) => {
    if (length > poolLength / 4) return randomBytes(length);
    if (used + length > poolLength) {
      randomFillSync(pool);
      used = 0;
    }
    const drawn = Buffer.from(pool.subarray(used, used + length));
    pool.fill(0, used, used + length);
    used += length;
    return drawn;
  };
}

export const systemRandom: Random = { bytes: createPool(), below: (limit) => randomInt(limit) };

/** An opaque identifier of `bits` random bits in base64url. Never begins with `-`: typed after a command it would be taken for an option. */
export function randomIdentifier(random: Random, bits = 128): string {
  const identifier = random.bytes(Math.ceil(bits / 8)).toString('base64url');
  return identifier.startsWith('-') ? randomIdentifier(random, bits) : identifier;
}

/** An identifier that follows from a text and from which nothing of it is to be read; like random ones it never begins with a `-`. */
export const derivedIdentifier = (text: string): string => hash('sha256', text, 'base64url').slice(0, 32).replace(/^-/, '_');
