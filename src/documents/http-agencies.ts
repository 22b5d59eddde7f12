import { z } from 'zod';
import type { AgencyName } from '#config/agencies.ts';
import { normaliseNumber, recordOf } from './document-types.ts';
import type { Agencies, AgencyAnswer, DocumentCheck } from './ports.ts';

const patienceMs = 8000;
const mostBytes = 64 * 1024;

const answerShape = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('verified'),
    request: z.string(),
    personal_id_number: z.string(),
    number: z.string(),
    record: z.unknown(),
  }),
  z.object({ outcome: z.enum(['mismatch', 'not_found']), request: z.string() }),
]);

const unclear = (reason: string): AgencyAnswer => ({ outcome: 'unclear', reason });

/** @throws {RangeError} past `mostBytes` */
async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > mostBytes) throw new RangeError('too long an answer');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Counts only as an answer to this asking, about this person and this number, with a record that belongs to the type. */
function readAnswer({ request, type, number, person }: DocumentCheck, text: string): AgencyAnswer {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return unclear('not JSON');
  }
  const parsed = answerShape.safeParse(json);
  if (!parsed.success) return unclear('malformed answer');
  const { data: answer } = parsed;
  if (answer.request !== request) return unclear('answer to another request');
  if (answer.outcome !== 'verified') return { outcome: answer.outcome };
  if (answer.personal_id_number !== person.idNumber) return unclear('record of another person');
  if (normaliseNumber(answer.number) !== number) return unclear('record of another document');
  const record = recordOf(type, answer.record);
  return record === undefined ? unclear('malformed record') : { outcome: 'verified', record };
}

/** What a status says that is no answer: too much or a fault of theirs hits everybody, the rest this asking. */
function ofStatus(status: number): AgencyAnswer {
  if (status === 202) return { outcome: 'not-yet' };
  return {
    outcome: status >= 500 || [401, 403, 404, 429].includes(status) ? 'unreachable' : 'unclear',
    reason: `status ${status}`,
  };
}

/**
 * The agencies over HTTP: `POST {address}/v1/document-checks`. Anything but an answer, and silence, is no answer and is asked again.
 * @see docs/connectors.md
 */
export function createAgencies(addresses: Readonly<Partial<Record<AgencyName, string>>> = {}): Agencies {
  return {
    isConnected: (agency) => addresses[agency] !== undefined,
    async check(agency, check) {
      const address = addresses[agency];
      if (address === undefined) return { outcome: 'unreachable', reason: 'no address' };
      const { request, type, number, person } = check;
      const who = { personal_id_number: person.idNumber, name: person.name, birthdate: person.birthdate };
      try {
        const response = await fetch(`${address}/v1/document-checks`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json' },
          body: JSON.stringify({ request, document: type, number, person: who }),
          redirect: 'error',
          signal: AbortSignal.timeout(patienceMs),
        });
        if (response.status !== 200) {
          await response.body?.cancel();
          return ofStatus(response.status);
        }
        return readAnswer(check, await readText(response));
      } catch (fault) {
        return fault instanceof RangeError ? unclear(fault.message) : { outcome: 'unreachable', reason: 'no answer' };
      }
    },
  };
}
