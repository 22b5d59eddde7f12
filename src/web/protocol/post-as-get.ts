import { bodyParser } from '@koa/bodyparser';
import type { Context, Next } from 'koa';
import { DomainError } from '#src/kernel/domain-error.ts';

/** The longest query we send a browser to; Node reads 16 KiB of request head. */
const longestQuery = 8000;

const parse = bodyParser({ enableTypes: ['form'], formLimit: '32kb', encoding: 'utf-8' });

/**
 * A request posted to one of `paths` goes on as the same request by GET. A browser sends `SameSite=Lax` cookies with that GET but not
 * with the foreign POST, so a service may post and single sign-on works without `SameSite=None` (docs/adr/0006-post-to-auth.md).
 * @see OpenID Connect Core 1.0, 3.1.2.1; RP-Initiated Logout 1.0, 2
 */
export function postAsGet(paths: ReadonlySet<string>) {
  return (ctx: Context, next: Next): Promise<void> => (ctx.method === 'POST' && paths.has(ctx.path) ? redirectToGet(ctx) : next());
}

async function redirectToGet(ctx: Context): Promise<void> {
  if (!ctx.is('application/x-www-form-urlencoded')) throw new DomainError('request_malformed');
  await parse(ctx as never, async () => {});
  const raw = String((ctx.request as { rawBody?: unknown }).rawBody ?? '');
  const query = new URLSearchParams([...new URLSearchParams(ctx.querystring), ...new URLSearchParams(raw)]).toString();
  if (query.length > longestQuery) throw new DomainError('body_too_large');
  ctx.status = 303;
  ctx.redirect(`${ctx.path}?${query}`);
}
