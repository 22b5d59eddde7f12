import type { Context, Next } from 'koa';
import type { Logger } from 'pino';
import type { Clock } from '#src/kernel/clock.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';

/** The first segments of a path, without the identifiers in it: logs name routes, never people or secrets. */
export function routeOf(path: string): string {
  const [, first = '', second = '', third] = path.split('/');
  if (first === 'interaction') return third === undefined ? '/interaction' : '/interaction/…';
  if (first === 'device' || first === 'session' || first === '.well-known' || first === 'token')
    return `/${[first, second].filter(Boolean).join('/')}`;
  return /^[a-z-]{0,20}$/.test(first) ? `/${first}` : '/…';
}

/** Gives every request a reference that people can quote, and writes one line for it. */
export function requestLog(logger: Logger, { clock, random }: { readonly clock: Clock; readonly random: Random }) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const began = clock.now();
    const reference = randomIdentifier(random, 60)
      .toUpperCase()
      .replace(/[^A-Z0-9]/g, 'X')
      .slice(0, 10);
    ctx.state['reference'] = reference;
    ctx.set('X-Request-Id', reference);
    try {
      await next();
    } finally {
      const level = ctx.status >= 500 ? 'warn' : 'info';
      logger[level](
        { reference, method: ctx.method, route: routeOf(ctx.path), status: ctx.status, ms: clock.now() - began },
        'request',
      );
    }
  };
}
