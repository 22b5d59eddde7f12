// The demo's matcher of faces: a program of its own behind the connector of docs/connectors.md, with latency and faults to switch on.
//   PUT /faults {"latencyMs": 2000, "failing": true} makes it slow or broken until it is put back.
import { createServer, type IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { look } from './face-simulator.ts';

const mostBytes = 5 * 1024 * 1024;
let faults = { latencyMs: Number(process.env['DEMO_LATENCY_MS'] ?? 30), failing: false };

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > mostBytes) throw new RangeError('too long');
    parts.push(part as Buffer);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as Record<string, unknown>;
}

const server = createServer(async (request, response) => {
  const answer = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (request.url === '/healthz') return answer(200, {});
  try {
    const body = await readJson(request);
    if (request.method === 'PUT' && request.url === '/faults') {
      faults = { latencyMs: Number(body['latencyMs'] ?? 0), failing: body['failing'] === true };
      return answer(200, faults);
    }
    if (request.method !== 'POST' || request.url !== '/v1/face-matches') return answer(404, {});
    await setTimeout(faults.latencyMs);
    if (faults.failing) return answer(500, {});
    answer(200, look(String(body['personal_id_number']), Buffer.from(String(body['capture']), 'base64')));
  } catch {
    answer(400, {});
  }
});

server.listen(Number(process.env['DEMO_PORT'] ?? 0), 'localhost', () => {
  const address = server.address();
  process.stdout.write(`matcher ready ${typeof address === 'object' && address !== null ? address.port : ''}\n`);
});
process.once('SIGTERM', () => server.close());
