import type { Provider } from 'oidc-provider';

/** What a token of the client credentials grant says. */
export interface ServiceToken {
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
}

/**
 * The service behind a bearer token that it got for itself; undefined for every other token, and for one that is bound to a key or certificate
 * which a bearer does not show. `app` is the application that answers, which is the provider. @see RFC 6749, 4.4; RFC 9449, 7.1
 */
export async function findServiceToken(app: unknown, token: string): Promise<ServiceToken | undefined> {
  const found = await (app as Provider).ClientCredentials.find(token);
  if (found === undefined || !found.isValid || found.clientId === undefined) return undefined;
  const { jkt, 'x5t#S256': thumbprint } = found as { jkt?: unknown; 'x5t#S256'?: unknown };
  if (jkt !== undefined || thumbprint !== undefined) return undefined;
  return { clientId: found.clientId, scopes: new Set(found.scope?.split(' ') ?? []) };
}
