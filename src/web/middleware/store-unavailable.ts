import type { EventEmitter } from 'node:events';
import type { Context, Next } from 'koa';
import { StoreUnavailable } from '#src/kernel/store.ts';

/** When it makes sense to try again, in seconds: a replica set has a new primary within half a minute. */
export const storeRetrySeconds = 30;

/** Whether a fault comes of a store that does not answer. */
export const isStoreUnavailable = (fault: unknown): boolean =>
  fault instanceof StoreUnavailable || (fault instanceof Error && fault.cause !== undefined && isStoreUnavailable(fault.cause));

/** What a request that failed half-way had set already: no service gets a code, and no browser a session, that may not be stored. */
export function takeBack(ctx: Context): void {
  for (const header of ['Location', 'Set-Cookie']) ctx.remove(header);
}

/**
 * The protocol library takes a store that does not answer for a fault of its own (500). For programs it becomes `temporarily_unavailable` with
 * the time to come back; people get the page of `oidc/provider.ts`. @see RFC 6749, 4.1.2.1
 */
export function storeUnavailableAnswers(provider: EventEmitter) {
  const met = new WeakSet<object>();
  provider.on('server_error', (ctx: object, fault: unknown) => {
    if (isStoreUnavailable(fault)) met.add(ctx);
  });
  return (ctx: Context, next: Next): Promise<void> =>
    next().then(() => {
      if (ctx.status < 500 || !met.has(ctx)) return;
      takeBack(ctx);
      ctx.set('Retry-After', String(storeRetrySeconds));
      ctx.status = 503;
      if (ctx.response.is('json') !== false)
        ctx.body = { error: 'temporarily_unavailable', error_description: 'the service is interrupted for a moment' };
    });
}
