import type { Context, Next } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { formOrigin } from '../middleware/security-headers.ts';

/** Lets the library's `form_post` answer reach the redirect URI that the request has proven. */
export function formPostPolicy(ctx: Context, next: Next): Promise<void> {
  return ctx.path.startsWith('/auth') ? widenPolicy(ctx, next) : next();
}

async function widenPolicy(ctx: Context, next: Next): Promise<void> {
  await next();
  if (!String(ctx.response.type).includes('html')) return;
  const { params, redirectUriCheckPerformed, client } = (ctx as unknown as KoaContextWithOIDC).oidc;
  const redirectUri = params?.['redirect_uri'];
  const isProven =
    redirectUriCheckPerformed || (typeof redirectUri === 'string' && client?.redirectUriAllowed(redirectUri) === true);
  if (!isProven) return;
  const policy = ctx.response.get('Content-Security-Policy');
  const [origin] = formOrigin(redirectUri);
  if (origin !== undefined && !policy.includes(origin))
    ctx.set('Content-Security-Policy', policy.replace("form-action 'self'", `form-action 'self' ${origin}`));
}
