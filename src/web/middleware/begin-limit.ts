import type { Context, Next } from 'koa';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '#src/kernel/domain-error.ts';
import { isLoopback, subscriberOf } from '#src/kernel/networks.ts';

export interface BeginLimit {
  /** Authorization requests in `seconds` from one subscriber; many people may share an address. */
  readonly points: number;
  readonly seconds: number;
}

interface ProviderContext extends Context {
  readonly oidc?: { readonly client?: { readonly clientAuthMethod: string } };
}

const refusal = (msBeforeNext: number): DomainError =>
  new DomainError('rate_limited', { retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) });

/**
 * Each authorization request may leave a document behind, so nobody begins them without end: at the authorization endpoint, and pushed ones of
 * clients that anybody can pretend to be, which are known as such only when they have been answered.
 */
export function limitBegins(limit: BeginLimit, { loopbackIsFree }: { readonly loopbackIsFree: boolean }) {
  const limiter = new RateLimiterMemory({ keyPrefix: 'begin', points: limit.points, duration: limit.seconds });

  /** A new policy may have begun. */
  const refresh = (): unknown => Object.assign(limiter, { points: limit.points, duration: limit.seconds });

  async function count({ ip }: Context): Promise<void> {
    refresh();
    try {
      await limiter.consume(subscriberOf(ip));
    } catch (full) {
      if (!(full instanceof RateLimiterRes)) throw full;
      throw refusal(full.msBeforeNext);
    }
  }

  async function pushed(ctx: ProviderContext, next: Next): Promise<void> {
    refresh();
    const used = await limiter.get(subscriberOf(ctx.ip));
    if (used !== null && used.consumedPoints >= limit.points) throw refusal(used.msBeforeNext);
    await next();
    if (ctx.oidc?.client?.clientAuthMethod === 'none') await limiter.penalty(subscriberOf(ctx.ip), 1);
  }

  return async (ctx: ProviderContext, next: Next): Promise<void> => {
    const isFree = loopbackIsFree && isLoopback(ctx.ip);
    if (ctx.path === '/request' && !isFree) return pushed(ctx, next);
    if (ctx.path === '/auth' && !isFree) await count(ctx);
    await next();
  };
}
