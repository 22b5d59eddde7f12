import Router from '@koa/router';
import type { Store } from '#src/kernel/store.ts';

/** `/livez`: the process answers. `/readyz`: the store can read and write, and the keys are there. */
export function createHealthRoutes({ store, keysLoaded }: { readonly store: Store; readonly keysLoaded: () => boolean }): Router {
  const router = new Router();
  router.get('/livez', (ctx) => {
    ctx.body = { status: 'live' };
  });
  router.get('/readyz', async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    try {
      await store.ping();
      if (!keysLoaded()) throw new TypeError('no signing keys');
      ctx.body = { status: 'ready' };
    } catch {
      ctx.status = 503;
      ctx.set('Retry-After', '5');
      ctx.body = { status: 'unavailable' };
    }
  });
  return router;
}
