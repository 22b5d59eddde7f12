import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { type ConstrainedToken, isShownBySender, type SenderParts } from './sender-constraint.ts';
import { dpopAlgorithms } from './supported.ts';

export type ServiceTokenParts = SenderParts;

/** What a token of the client credentials grant says. */
export interface ServiceToken {
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
}

/** What interfaces of ours take. @see RFC 6750, 3; RFC 9449, 7.1 */
export const tokenChallenge = `Bearer error="invalid_token", DPoP error="invalid_token", algs="${dpopAlgorithms.join(' ')}"`;

/** The access token of a call and the scheme it came by; undefined without one. */
export function presentedToken(ctx: Context) {
  const [, scheme, accessToken] = /^(Bearer|DPoP) ([A-Za-z0-9._~+/-]{1,512}=*)$/i.exec(ctx.get('Authorization')) ?? [];
  if (scheme === undefined || accessToken === undefined) return undefined;
  return { scheme: scheme.toLowerCase() as 'bearer' | 'dpop', accessToken };
}

/**
 * The service that calls, by a token it got for itself: whatever way it authenticates, it did so at the token endpoint. Undefined for every other
 * token, and for one bound to a key or certificate that this call does not show. The application that answers is the provider.
 * @see RFC 6749, 4.4
 */
export async function findServiceToken(parts: ServiceTokenParts, ctx: Context): Promise<ServiceToken | undefined> {
  const presented = presentedToken(ctx);
  if (presented === undefined) return undefined;
  const found = await (ctx.app as unknown as Provider).ClientCredentials.find(presented.accessToken);
  if (found === undefined || !found.isValid || found.clientId === undefined) return undefined;
  const { jkt, 'x5t#S256': thumbprint } = found as Partial<ConstrainedToken>;
  const token = { clientId: found.clientId, jkt, 'x5t#S256': thumbprint };
  if (!(await isShownBySender(parts, ctx, token, presented))) return undefined;
  return { clientId: found.clientId, scopes: new Set(found.scope?.split(' ') ?? []) };
}
