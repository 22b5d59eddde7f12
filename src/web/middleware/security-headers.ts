import type { Context, Next } from 'koa';

/** Nothing inline, nothing foreign. `form-action` lists where this page's forms may end, since browsers check every redirect after a form. */
export function contentSecurityPolicy(formOrigins: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    `form-action ${["'self'", ...formOrigins].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The origin a redirect URI belongs to, as `form-action` wants it; native apps have only a scheme. */
export function formOrigin(uri: unknown): string[] {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return [];
  const { origin, protocol } = new URL(uri);
  return [origin === 'null' ? protocol : origin];
}

/** Addresses that only programs call: nothing there is ever shown by a browser. */
const forPrograms = /^\/(token|me|jwks|\.well-known|device|admin|reg)(\/|$)/;
const pagePolicy = contentSecurityPolicy();

/** Headers of every answer, and the ones that guard pages where there may be one. HSTS only where the issuer itself is https. */
export function securityHeaders(issuer: string) {
  const isHttps = issuer.startsWith('https:');
  return (ctx: Context, next: Next): Promise<void> => {
    ctx.set('X-Content-Type-Options', 'nosniff');
    if (isHttps) ctx.set('Strict-Transport-Security', 'max-age=63072000; includeSubDomains');
    if (!forPrograms.test(ctx.path)) {
      ctx.set('Referrer-Policy', 'no-referrer');
      ctx.set('X-Frame-Options', 'DENY');
      ctx.set('Cross-Origin-Opener-Policy', 'same-origin');
      ctx.set('Permissions-Policy', 'camera=(self), microphone=(), geolocation=()');
      ctx.set('Content-Security-Policy', pagePolicy);
    }
    return next();
  };
}
