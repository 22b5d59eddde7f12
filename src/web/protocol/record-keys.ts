import Router from '@koa/router';
import type { Clock } from '#src/kernel/clock.ts';

export interface RecordKeysParts {
  readonly path: string;
  readonly clock: Clock;
  /** Public JWKs. */
  readonly read: () => Promise<readonly object[]>;
}

/** However many ask, the store is asked this seldom: a new key is published an hour before it signs. */
const freshMs = 4000;

/**
 * The keys that records of approvals verify with, also long after they signed. A set of its own: what is in it must never verify a token.
 * @see RFC 7517, 5
 */
export function createRecordKeysRoute({ path, clock, read }: RecordKeysParts): Router {
  let known: { readonly at: number; readonly keys: Promise<readonly object[]> } | undefined;

  function current(): Promise<readonly object[]> {
    if (known !== undefined && Math.abs(clock.now() - known.at) < freshMs) return known.keys;
    const before = known?.keys;
    const asked = { at: clock.now(), keys: read() };
    known = asked;
    return asked.keys.catch((fault: unknown) => {
      // the store does not answer: what is known holds, and whoever comes next asks again
      known = undefined;
      if (before === undefined) throw fault;
      return before;
    });
  }

  const router = new Router();
  router.get(path, async (ctx) => {
    const keys = await current();
    ctx.set('Access-Control-Allow-Origin', '*');
    ctx.type = 'application/jwk-set+json';
    ctx.body = JSON.stringify({ keys });
  });
  return router;
}
