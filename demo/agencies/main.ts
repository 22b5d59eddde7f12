// The demo's agencies and their registers of invented documents: a program of its own behind the connector of docs/connectors.md.
// Each agency answers below its own path (`/traffic-police/v1/document-checks`), with latency and faults to switch on for all or one:
//   PUT /faults {"agency": "traffic-police", "latencyMs": 2000, "failing": true} makes it slow or broken until it is put back.
import { createServer, type IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { answerOf, type Check } from './register.ts';

interface Faults {
  readonly latencyMs: number;
  readonly failing: boolean;
}

const mostBytes = 64 * 1024;
const names = ['traffic-police', 'social-insurance', 'civil-status'];
const faults = new Map<string, Faults>();
const usual: Faults = { latencyMs: Number(process.env['DEMO_LATENCY_MS'] ?? 30), failing: false };

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > mostBytes) throw new RangeError('too long');
    parts.push(part as Buffer);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

function switchFaults(given: unknown): Faults {
  const { agency, latencyMs, failing } = given as { agency?: string; latencyMs?: number; failing?: boolean };
  const now = { latencyMs: Number(latencyMs ?? usual.latencyMs), failing: failing === true };
  for (const name of agency === undefined ? names : [agency]) faults.set(name, now);
  return now;
}

const server = createServer(async (request, response) => {
  const answer = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (request.url === '/healthz') return answer(200, {});
  const agency = names.find((name) => request.url === `/${name}/v1/document-checks`);
  try {
    const body = await readJson(request);
    if (request.method === 'PUT' && request.url === '/faults') return answer(200, switchFaults(body));
    if (request.method !== 'POST' || agency === undefined) return answer(404, {});
    const { latencyMs, failing } = faults.get(agency) ?? usual;
    await setTimeout(latencyMs);
    if (failing) return answer(500, {});
    const { status, body: said } = answerOf(agency, body as Check);
    answer(status, said);
  } catch {
    answer(400, {});
  }
});

server.listen(Number(process.env['DEMO_PORT'] ?? 0), 'localhost', () => {
  const address = server.address();
  process.stdout.write(`agencies ready ${typeof address === 'object' && address !== null ? address.port : ''}\n`);
});
process.once('SIGTERM', () => server.close());
