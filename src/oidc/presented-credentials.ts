import type { KoaContextWithOIDC } from 'oidc-provider';

/** The second half of Basic credentials, read as the library reads it; undefined for what it will refuse anyway. */
function basicSecret(header: string): string | undefined {
  const [scheme, credentials = ''] = header.split(' ');
  if (scheme?.toLowerCase() !== 'basic') return undefined;
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  try {
    return decodeURIComponent(text.slice(colon + 1).replace(/\+/g, '%20'));
  } catch {
    return undefined;
  }
}

/** The secret that a request shows, by either method. @see RFC 6749, 2.3.1 */
export function presentedIn(ctx: KoaContextWithOIDC): string | undefined {
  const posted = ctx.oidc?.params?.['client_secret'];
  if (typeof posted === 'string') return posted;
  const header = ctx.headers.authorization;
  return header === undefined ? undefined : basicSecret(header);
}

/** What a client signs with a key of its own. */
const signed = ['client_assertion', 'request', 'request_uri'];

/** Whether the keys of a client will be looked at in this request: strangers who merely name a client make nobody fetch anything. */
export const needsKeys = (ctx: KoaContextWithOIDC, authMethod: unknown): boolean =>
  authMethod === 'self_signed_tls_client_auth' || signed.some((name) => ctx.oidc?.params?.[name] !== undefined);
