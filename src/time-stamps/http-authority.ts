import type { Clock } from '#src/kernel/clock.ts';
import type { Random } from '#src/kernel/random.ts';
import { authoritiesOf, readTimeStampResponse, type TimeStamp, timeStampRequest } from './time-stamp-token.ts';

/** Says when something existed. @throws when it gives no answer that counts */
export type TimeStampAuthority = (data: Buffer, sha256: Buffer) => Promise<TimeStamp>;

const patienceMs = 5000;
const longestAnswer = 64 * 1024;

/**
 * An authority over HTTP.
 * @param authorities PEM certificates that its chain has to end in
 * @throws for authorities that are none
 * @see RFC 3161, 3.4
 */
export function createTimeStampAuthority(
  url: string,
  authorities: string,
  { random, clock }: { readonly random: Random; readonly clock: Clock },
): TimeStampAuthority {
  const trusted = authoritiesOf(authorities);
  if (trusted.length === 0) throw new Error('no certificate among the authorities of time-stamps');
  return async (data, sha256) => {
    const request = timeStampRequest(sha256, random);
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: new Uint8Array(request.der),
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    });
    if (!response.ok) throw new Error(`the authority answers ${response.status}`);
    const answer = Buffer.from(await response.arrayBuffer());
    if (answer.length > longestAnswer) throw new Error('the answer of the authority is too long');
    return readTimeStampResponse(answer, request, data, trusted, clock.now());
  };
}
