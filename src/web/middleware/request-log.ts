import type { Context, Next } from 'koa';
import type { Logger } from 'pino';
import type { Random } from '#src/kernel/random.ts';
import type { Metrics } from '#src/observation/metrics.ts';

/** Paths that are routes by themselves. */
const wholePaths = new Set([
  '/',
  '/auth',
  '/token',
  '/token/introspection',
  '/token/revocation',
  '/me',
  '/jwks',
  '/jwks/records',
  '/session/end',
  '/session/end/confirm',
  '/session/end/success',
  '/session/end/stay',
  '/.well-known/openid-configuration',
  '/livez',
  '/readyz',
  '/metrics',
  '/app',
  '/account',
  '/console',
  '/reg',
  '/q',
]);
/** Routes with an identifier in them, by their beginning. */
const beginnings = ['/interaction/', '/auth/', '/device/v1/', '/admin/v1/', '/account/', '/console/', '/reg/', '/assets/'];

/** The route a path belongs to, without the identifiers in it: logs and metrics name routes, never people, secrets or what a stranger makes up. */
export function routeOf(path: string): string {
  if (wholePaths.has(path)) return path;
  const beginning = beginnings.find((each) => path.startsWith(each));
  return beginning === undefined ? 'other' : `${beginning}…`;
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

/** Gives every request a reference that people can quote, writes one line for it, and counts it. */
export function requestLog(logger: Logger, metrics: Metrics, { random }: { readonly random: Random }) {
  const nextReference = createReferences(random);
  return async (ctx: Context, next: Next): Promise<void> => {
    const began = performance.now();
    const reference = nextReference();
    ctx.state['reference'] = reference;
    try {
      await next();
    } finally {
      const tookMs = performance.now() - began;
      const route = routeOf(ctx.path);
      metrics.request({ method: ctx.method, route, status: ctx.status }, tookMs);
      const level = ctx.status >= 500 ? 'warn' : 'info';
      if (logger.isLevelEnabled(level))
        logger[level]({ reference, method: ctx.method, route, status: ctx.status, ms: Math.round(tookMs) }, 'request');
    }
  };
}
