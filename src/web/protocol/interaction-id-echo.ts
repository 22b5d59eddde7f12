import type { Context, Next } from 'koa';

const header = 'x-fapi-interaction-id';
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Userinfo says back by which number a service will ask about this call; anything but a UUID is not repeated. @see FAPI 1.0 Baseline, 6.2.1 */
export function interactionIdEcho(ctx: Context, next: Next): Promise<void> {
  const id = ctx.path === '/me' ? ctx.get(header) : '';
  if (uuid.test(id)) ctx.set(header, id);
  return next();
}
