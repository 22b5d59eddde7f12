import type { Context, Next } from 'koa';

/** Discovery says that no `user_code` is taken: the library says the contrary wherever it knows CIBA. @see CIBA Core 1.0, 4 */
export async function noUserCode(ctx: Context, next: Next): Promise<void> {
  await next();
  if (ctx.path !== '/.well-known/openid-configuration' || ctx.status !== 200) return;
  ctx.body = { ...(ctx.body as object), backchannel_user_code_parameter_supported: false };
}
