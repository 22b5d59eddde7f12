import type { Client } from './client.ts';
import { isLoopbackAddress } from './private-address.ts';

/** The name of the address, without the port where an app on the person's own machine takes one anew each time. */
function nameOf(address: string, { metadata }: Pick<Client, 'metadata'>): string | undefined {
  const url = URL.parse(address);
  if (url === null) return undefined;
  // an app's own scheme is a name of its maker: nothing of it is looked up, so no page of somebody else is named in its place
  if (!/^https?:$/.test(url.protocol)) return url.protocol.slice(0, -1);
  return metadata['application_type'] === 'native' && isLoopbackAddress(url) ? url.hostname : url.host;
}

/** A service as the person of one request sees it: what they compare is where this request sends them, not another address of the service. */
export const asSentTo = <Known extends Pick<Client, 'domain' | 'metadata'>>(client: Known, redirectUri: unknown): Known => ({
  ...client,
  domain: (typeof redirectUri === 'string' ? nameOf(redirectUri, client) : undefined) ?? client.domain,
});

/** What no browser goes to in a trial: nobody has looked at what the service says of itself. */
export const unprovenDomain = 'sandbox.invalid';

/** Methods by which every request proves who holds the keys at `jwks_uri`. */
const byKeys: readonly unknown[] = ['private_key_jwt', 'self_signed_tls_client_auth'];

/**
 * A service as the person of a request without a browser sees it (ADR 18): by the host that its keys come from, which every request proves; else by
 * its sector, which a second person approved and no later version moves; in the sandbox by neither. Never by `client_uri`, which is an address
 * that a service merely says.
 */
export function asAskingItself(client: Client): Client {
  const { jwks_uri: keys, token_endpoint_auth_method: method } = client.metadata;
  const proven = byKeys.includes(method) && typeof keys === 'string' ? URL.parse(keys)?.host : undefined;
  return { ...client, domain: proven || (client.stage === 'sandbox' ? unprovenDomain : client.sector) };
}
