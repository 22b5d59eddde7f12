import type { Context, Next } from 'koa';
import type { Logger } from 'pino';
import type { Clock } from '#src/kernel/clock.ts';
import type { Random } from '#src/kernel/random.ts';

/** The first segments of a path, without the identifiers in it: logs name routes, never people or secrets. */
export function routeOf(path: string): string {
  const [, first = '', second = '', third] = path.split('/');
  if (first === 'interaction') return third === undefined ? '/interaction' : '/interaction/…';
  if (first === 'device' || first === 'session' || first === '.well-known' || first === 'token')
    return `/${[first, second].filter(Boolean).join('/')}`;
  return /^[a-z-]{0,20}$/.test(first) ? `/${first}` : '/…';
}

/** Names of requests that people can quote: a random beginning for each process, then a count. They are no secrets. */
function createReferences(random: Random): () => string {
  const prefix = Array.from({ length: 5 }, () => 'ABCDEFGHJKLMNPQRSTUVWXYZ'[random.below(24)]).join('');
  let count = random.below(1_000_000);
  return () => {
    count += 1;
    return `${prefix}${count.toString(36).toUpperCase()}`;
  };
}

/** Gives every request a reference that people can quote, and writes one line for it. */
export function requestLog(logger: Logger, { clock, random }: { readonly clock: Clock; readonly random: Random }) {
  const nextReference = createReferences(random);
  return async (ctx: Context, next: Next): Promise<void> => {
    const began = clock.now();
    const reference = nextReference();
    ctx.state['reference'] = reference;
    try {
      await next();
    } finally {
      const level = ctx.status >= 500 ? 'warn' : 'info';
      if (logger.isLevelEnabled(level))
        logger[level](
          { reference, method: ctx.method, route: routeOf(ctx.path), status: ctx.status, ms: clock.now() - began },
          'request',
        );
    }
  };
}
