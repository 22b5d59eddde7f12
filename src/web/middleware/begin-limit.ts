import type { Context, Next } from 'koa';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '#src/kernel/domain-error.ts';
import { isLoopback, subscriberOf } from '#src/kernel/networks.ts';

export interface BeginLimit {
  /** Authorization requests in `seconds` from one subscriber; many people may share an address. */
  readonly points: number;
  readonly seconds: number;
}

/** Each authorization request may leave a document behind, so nobody begins them without end. */
export function limitBegins(limit: BeginLimit, { loopbackIsFree }: { readonly loopbackIsFree: boolean }) {
  const limiter = new RateLimiterMemory({ keyPrefix: 'begin', points: limit.points, duration: limit.seconds });

  async function count({ ip }: Context): Promise<void> {
    // a new policy may have begun
    Object.assign(limiter, { points: limit.points, duration: limit.seconds });
    try {
      await limiter.consume(subscriberOf(ip));
    } catch (full) {
      if (!(full instanceof RateLimiterRes)) throw full;
      throw new DomainError('rate_limited', { retryAfterSeconds: Math.max(1, Math.ceil(full.msBeforeNext / 1000)) });
    }
  }

  return async (ctx: Context, next: Next): Promise<void> => {
    if (ctx.path === '/auth' && !(loopbackIsFree && isLoopback(ctx.ip))) await count(ctx);
    await next();
  };
}
