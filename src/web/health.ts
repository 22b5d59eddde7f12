import Router from '@koa/router';
import type { Store } from '#src/kernel/store.ts';

export interface HealthParts {
  readonly store: Store;
  readonly keysLoaded: () => boolean;
  /** The clock is further from the others' than they tolerate. */
  readonly isClockOff: () => boolean;
  /** The process is about to end: it answers what it is asked, but nobody should begin with it. */
  readonly isDraining: () => boolean;
}

/** `/livez`: the process answers. `/readyz`: the store can read and write, the keys are there, the clock is right, and the process stays. */
export function createHealthRoutes({ store, keysLoaded, isClockOff, isDraining }: HealthParts): Router {
  const router = new Router();
  router.get('/livez', (ctx) => {
    ctx.body = { status: 'live' };
  });
  router.get('/readyz', async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    try {
      await store.ping();
      if (!keysLoaded()) throw new TypeError('no signing keys');
      if (isClockOff()) throw new TypeError('clock off');
      if (isDraining()) throw new TypeError('ending');
      ctx.body = { status: 'ready' };
    } catch {
      ctx.status = 503;
      ctx.set('Retry-After', '5');
      ctx.body = { status: 'unavailable', ...(isClockOff() ? { code: 'clock_off' } : {}) };
    }
  });
  return router;
}
