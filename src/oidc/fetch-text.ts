import { lookup as systemLookup } from 'node:dns';
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isPrivateAddress, isPrivateNetwork } from '#src/clients/private-address.ts';
import type { FetchText } from './key-sets.ts';
import { patienceMs, responseBodyLimits } from './outgoing-requests.ts';

export interface FetchTextOptions {
  /** Closed networks, the demo and tests reach private addresses. */
  readonly mayReachPrivate: boolean;
  /** How names are resolved; the system's way, but in tests. */
  readonly lookup?: LookupFunction;
}

/** Resolves names to public addresses alone. What was looked at is what is connected to, so a name can't change its mind in between. */
function publicLookup(resolve: LookupFunction): LookupFunction {
  return (host, options, done) =>
    resolve(host, options, (fault, found, family) => {
      const addresses =
        fault === null && found !== undefined ? (Array.isArray(found) ? found.map(({ address }) => address) : [found]) : [];
      if (addresses.some(isPrivateNetwork)) done(new Error(`${host} leads to a private address`), '', 0);
      else done(fault, found, family);
    });
}

/**
 * Reads a text from an address that a client registered: one request with a short patience, no redirect followed, no longer an answer than
 * `responseBodyLimits`, and no connection to a private address, whichever name led there.
 */
export function createFetchText({ mayReachPrivate, lookup = systemLookup as LookupFunction }: FetchTextOptions): FetchText {
  const guard = mayReachPrivate ? lookup : publicLookup(lookup);

  return (address) =>
    new Promise((resolve, reject) => {
      const url = new URL(address);
      if (!mayReachPrivate && isPrivateAddress(url)) throw new Error(`${url.hostname} is a private address`);
      const send = url.protocol === 'https:' ? secureRequest : plainRequest;
      const options = {
        lookup: guard,
        // a kept connection would lead to where the name led before
        agent: false,
        signal: AbortSignal.timeout(patienceMs),
        headers: { accept: 'application/jwk-set+json, application/json' },
      } as const;
      const sent = send(url, options, (response) => {
        if (response.statusCode !== 200) return void sent.destroy(new Error(`answered ${response.statusCode}`));
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > responseBodyLimits.jwks_uri) sent.destroy(new Error('the answer is too long'));
          else chunks.push(chunk);
        });
        response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end();
    });
}
