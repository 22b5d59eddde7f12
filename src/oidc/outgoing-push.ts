import { type LookupAddress, lookup } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isPrivateAddress } from '#src/clients/private-address.ts';

export interface PushAnswer {
  readonly status: number;
  /** The beginning of the body. */
  readonly body: string;
}

export interface PushedMessage {
  readonly contentType: string;
  readonly body: string;
  /** Of the service's own making. */
  readonly authorization?: string;
}

/** Posts to an address that a service registered. @throws when there is no answer in time, or the address leads to a private network */
export type Push = (address: string, message: PushedMessage) => Promise<PushAnswer>;

const patienceMs = 3000;
const longestAnswer = 4096;

class PrivateAddress extends Error {
  constructor() {
    super('the address leads to a private network');
    this.name = 'PrivateAddress';
  }
}

/** What is no plain address (one with a zone) is of this network. */
function leadsInside({ address, family }: LookupAddress): boolean {
  const url = URL.parse(family === 6 ? `http://[${address}]/` : `http://${address}/`);
  return url === null || isPrivateAddress(url);
}

/** Looks a name up once and connects to what was found and looked at: nobody can answer otherwise in between. */
export const guardedLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (fault, found) => {
    const [first] = found ?? [];
    if (fault !== null || first === undefined) return done(fault ?? new Error('no address'), '');
    if (found.some(leadsInside)) return done(new PrivateAddress(), '');
    if (options.all === true) return done(null, found);
    done(null, first.address, first.family);
  });
};

/**
 * One request, no redirect followed, three seconds and four kilobytes at most. A closed network, the demo and tests may reach private addresses;
 * all others are refused them, whatever a name resolves to.
 */
export function createPush(mayReachPrivate: boolean): Push {
  return (address, { contentType, body, authorization }) =>
    new Promise((resolve, reject) => {
      const url = new URL(address);
      if (!mayReachPrivate && isPrivateAddress(url)) return reject(new PrivateAddress());
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(url, {
        method: 'POST',
        headers: {
          'content-type': contentType,
          accept: 'application/json',
          'content-length': Buffer.byteLength(body),
          ...(authorization === undefined ? {} : { authorization }),
        },
        signal: AbortSignal.timeout(patienceMs),
        agent: false,
        ...(mayReachPrivate ? {} : { lookup: guardedLookup }),
      });
      request.on('error', reject);
      request.on('response', (response) => {
        let text = '';
        const answer = (): void => resolve({ status: response.statusCode ?? 0, body: text.slice(0, longestAnswer) });
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
          if (text.length < longestAnswer) return;
          answer();
          request.destroy();
        });
        response.on('end', answer);
        response.on('error', reject);
      });
      request.end(body);
    });
}
