import { type RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '#src/kernel/domain-error.ts';

/** Counts a call against a limit. @throws {DomainError} `rate_limited`, with when to come back */
export async function takeCall(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (full) {
    if (!(full instanceof RateLimiterRes)) throw full;
    throw new DomainError('rate_limited', { retryAfterSeconds: Math.max(1, Math.ceil(full.msBeforeNext / 1000)) });
  }
}
