import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAgencies } from '#src/documents/http-agencies.ts';
import type { Agencies } from '#src/documents/ports.ts';

const check = {
  request: 'request-1',
  type: 'driving_licence',
  number: '000190000901',
  person: { idNumber: '000190000101', name: 'Nguyễn Thị Lan', birthdate: '1990-02-01' },
} as const;
const record = { full_name: 'Nguyễn Thị Lan', classes: ['B'], issued_on: '2020-05-11' };
const right = { outcome: 'verified', request: 'request-1', personal_id_number: '000190000101', number: '000190000901', record };

let server: Server;
let agencies: Agencies;
let reply: { readonly status: number; readonly body: string };
let received: unknown;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received = { path: request.url, body: JSON.parse(Buffer.concat(chunks).toString()) };
    if (reply.status === 0) return void response.destroy();
    response.writeHead(reply.status, { location: '/elsewhere' }).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  agencies = createAgencies({ 'traffic-police': `http://localhost:${port}/roads` });
});
afterAll(() => server.close());

async function answered(status: number, body: unknown) {
  reply = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
  return agencies.check('traffic-police', check);
}

describe('an agency over HTTP', () => {
  it('is asked about one document of one person, and its record is taken member by member', async () => {
    const more = { ...right, number: '000190-000.901', record: { ...record, points: 12, police_notes: 'none of ours' } };
    expect(await answered(200, more)).toEqual({ outcome: 'verified', record });
    expect(received).toEqual({
      path: '/roads/v1/document-checks',
      body: {
        request: 'request-1',
        document: 'driving_licence',
        number: '000190000901',
        person: { personal_id_number: '000190000101', name: 'Nguyễn Thị Lan', birthdate: '1990-02-01' },
      },
    });
    expect(await answered(200, { outcome: 'mismatch', request: 'request-1', record })).toEqual({ outcome: 'mismatch' });
    expect(await answered(200, { outcome: 'not_found', request: 'request-1' })).toEqual({ outcome: 'not_found' });
    expect(await answered(202, {})).toEqual({ outcome: 'not-yet' });
  });

  it.each([
    ["another person's record", { ...right, personal_id_number: '000085000102' }, 'record of another person'],
    ["another document's record", { ...right, number: '000190000902' }, 'record of another document'],
    ['an answer to another request', { ...right, request: 'request-2' }, 'answer to another request'],
    ['a mismatch that was meant for another request', { outcome: 'mismatch', request: 'request-2' }, 'answer to another request'],
    ['a record without what belongs in it', { ...right, record: { full_name: 'Nguyễn Thị Lan' } }, 'malformed record'],
    ['a record with a text that hides signs', { ...right, record: { ...record, full_name: 'Lan\u202eevil' } }, 'malformed record'],
    ['an outcome of its own', { ...right, outcome: 'probably' }, 'malformed answer'],
    ['no JSON', '<html>', 'not JSON'],
    ['more than anybody asked for', JSON.stringify({ ...right, more: 'x'.repeat(70_000) }), 'too long an answer'],
  ])('does not get %s taken', async (_what, body, reason) => {
    expect(await answered(200, body)).toEqual({ outcome: 'unclear', reason });
  });

  it('that is busy, down, elsewhere or gone is asked again, and one that refuses this asking alone too', async () => {
    for (const status of [500, 503, 429, 401, 404])
      expect(await answered(status, right)).toEqual({ outcome: 'unreachable', reason: `status ${status}` });
    for (const status of [302, 0]) expect(await answered(status, right)).toEqual({ outcome: 'unreachable', reason: 'no answer' });
    for (const status of [400, 201])
      expect(await answered(status, right)).toEqual({ outcome: 'unclear', reason: `status ${status}` });
    expect(await agencies.check('civil-status', check)).toEqual({ outcome: 'unreachable', reason: 'no address' });
    expect(agencies.isConnected('civil-status')).toBe(false);
  });
});
