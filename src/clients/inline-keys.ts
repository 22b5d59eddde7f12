import type { ClientMetadata } from './client.ts';

const host = 'inline-keys.invalid';
const backchannelGrant = 'urn:openid:params:grant-type:ciba';

/**
 * A service that asks people by itself and has pairwise subjects needs an address of its keys by the letter (CIBA Core 1.0, 4), because its
 * sector follows from it. Ours is frozen in the registration, so keys may stand there as well: the library is told an address that is
 * answered from the registration and never called.
 */
export function withKeysAddress(metadata: ClientMetadata, id: string): ClientMetadata {
  const { jwks: _, ...others } = metadata;
  const asksByItself = (metadata['grant_types'] as readonly string[] | undefined)?.includes(backchannelGrant) === true;
  if (!asksByItself || metadata['subject_type'] !== 'pairwise' || metadata['jwks'] === undefined) return metadata;
  return { ...others, jwks_uri: `https://${host}/${Buffer.from(id).toString('base64url')}` };
}

/** The client whose keys such an address stands for; undefined for any other address. */
export function clientOfKeysAddress(address: string | URL): string | undefined {
  const url = new URL(address);
  return url.hostname === host ? Buffer.from(url.pathname.slice(1), 'base64url').toString() : undefined;
}
