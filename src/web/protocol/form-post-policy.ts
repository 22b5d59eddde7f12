import type { Context, Next } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { formOrigin } from '../middleware/security-headers.ts';

/** Lets the library's `form_post` answer reach the redirect URI that the request has proven. */
export function formPostPolicy(ctx: Context, next: Next): Promise<void> {
  return ctx.path.startsWith('/auth') ? widenPolicy(ctx, next) : next();
}

/** The redirect URI that this request, or the interaction it resumes, has proven to be registered. */
function provenRedirectUri({ oidc }: KoaContextWithOIDC): unknown {
  const resumed = (oidc.entities.Interaction as { params?: Readonly<Record<string, unknown>> } | undefined)?.params?.[
    'redirect_uri'
  ];
  const redirectUri = oidc.params?.['redirect_uri'];
  if (typeof redirectUri !== 'string') return resumed;
  return oidc.redirectUriCheckPerformed || oidc.client?.redirectUriAllowed(redirectUri) === true ? redirectUri : undefined;
}

/** The form's own address, and where its redirects may end: signing somebody out first comes back here and goes on to the service. */
async function widenPolicy(ctx: Context, next: Next): Promise<void> {
  await next();
  if (!String(ctx.response.type).includes('html')) return;
  const policy = ctx.response.get('Content-Security-Policy');
  const [origin] = formOrigin(provenRedirectUri(ctx as unknown as KoaContextWithOIDC));
  if (origin !== undefined && !policy.includes(origin))
    ctx.set('Content-Security-Policy', policy.replace("form-action 'self'", `form-action 'self' ${origin}`));
}
