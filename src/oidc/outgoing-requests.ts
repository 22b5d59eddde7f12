import { clientOfKeysAddress } from '#src/clients/inline-keys.ts';
import type { KeySet } from './key-sets.ts';

/** The longest key set that is read from a client. */
export const responseBodyLimits = { jwks_uri: 64 * 1024, sector_identifier_uri: 5 * 1024 };

/** Longer, and an answer would be of no use to who waits. */
export const patienceMs = 3000;

type OutgoingOptions = RequestInit & { readonly dispatcher?: unknown };

/**
 * Requests of the provider to addresses that clients registered. The library's dispatcher refuses private addresses; a closed network, the
 * demo and tests may say otherwise.
 */
export function outgoingFetch(mayReachPrivate: boolean, keysOf: (clientId: string) => Promise<KeySet>) {
  return async (url: string | URL, options: OutgoingOptions = {}): Promise<Response> => {
    const inline = clientOfKeysAddress(url);
    if (inline !== undefined) return Response.json(await keysOf(inline));
    const { dispatcher, ...rest } = options;
    const guarded = {
      ...rest,
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
      ...(mayReachPrivate ? {} : { dispatcher }),
    };
    return globalThis.fetch(url, guarded as RequestInit);
  };
}
