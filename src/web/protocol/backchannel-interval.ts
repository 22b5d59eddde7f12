import type { Context, Next } from 'koa';

/** Says how far apart polls of a new request must be. @see CIBA Core 1.0, 7.3 */
export const backchannelInterval =
  (policy: { readonly pollSeconds: number }) =>
  async (ctx: Context, next: Next): Promise<void> => {
    await next();
    if (ctx.path !== '/backchannel' || ctx.status !== 200) return;
    ctx.body = { ...(ctx.body as object), interval: policy.pollSeconds };
  };
