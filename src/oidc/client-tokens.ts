import { hash } from 'node:crypto';
import type { ClientDirectory } from '#src/clients/ports.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { Store } from '#src/kernel/store.ts';
import { tokens } from './collections.ts';

/**
 * Which service calls, by its own client-credentials token: whatever way it authenticates, it did so at the token endpoint. A token bound to a key
 * that this call does not prove is refused.
 * @throws {DomainError} `client_token_invalid`
 * @see RFC 6750, 2.1
 */
export async function clientOfToken(
  { store, clients }: { readonly store: Store; readonly clients: ClientDirectory },
  authorization: string,
): Promise<string> {
  const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization) ?? [];
  const payload = token === undefined ? undefined : (await store.get(tokens, hash('sha256', token, 'base64url')))?.payload;
  const clientId = payload?.['clientId'];
  const isOwn = payload?.['kind'] === 'ClientCredentials' && payload['jkt'] === undefined && payload['x5t#S256'] === undefined;
  if (typeof clientId !== 'string' || !isOwn || (await clients.find(clientId)) === undefined)
    throw new DomainError('client_token_invalid');
  return clientId;
}
