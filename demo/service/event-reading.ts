import type { IncomingMessage } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';

/** What SenID tells a service of one of its people. */
export interface ToldEvent {
  readonly sub: string;
  readonly types: readonly string[];
}

const longest = 16_384;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += part;
    if (text.length > longest) throw new Error('too long');
  }
  return text;
}

/**
 * Reads Security Event Tokens as any receiver would: signed by the provider's published keys, of the right type, for us alone.
 * @see RFC 8935, 2; RFC 8417, 4
 */
export function createEventReading(issuer: string, clientId: string) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  return async (request: IncomingMessage): Promise<ToldEvent> => {
    const options = { issuer, audience: clientId, typ: 'secevent+jwt' };
    const { payload } = await jwtVerify(await bodyOf(request), keys, options);
    const { sub } = (payload['sub_id'] ?? {}) as { sub?: unknown };
    if (typeof sub !== 'string') throw new Error('no subject');
    return { sub, types: Object.keys((payload['events'] ?? {}) as object) };
  };
}
