// node bench/waiting-pages.ts [--pages 1000] [--decisions 90]: from the decision on the phone to the page's event, while many pages wait.
// The server is a process of its own on one core; loopback only.
import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createVirtualPhone, enrolPhone } from '#src/phone/virtual-phone.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { freePort } from '#test/support/running-provider.ts';
import { cpuMs, residentMiB } from './process-cost.ts';

const { values } = parseArgs({
  options: { pages: { type: 'string', default: '1000' }, decisions: { type: 'string', default: '90' } },
});
const port = await freePort();
const issuer = `http://localhost:${port}`;
const file = fileURLToPath(new URL('./senid-server.ts', import.meta.url));
const server = spawn('taskset', ['-c', '0', process.execPath, file], {
  env: { ...process.env, BENCH_PORT: String(port), BENCH_PEOPLE: '1' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let printed = '';
server.stdout.on('data', (text: Buffer) => (printed += text.toString()));
while (!printed.includes('ready')) await new Promise((resolve) => setTimeout(resolve, 20));
const code = /enrolment ([0-9A-Z-]+)/.exec(printed)?.[1] ?? '';
const phone = createVirtualPhone(await enrolPhone(issuer, code));

interface Waiting {
  qr: string;
  number: string;
  heard: Map<string, number>;
  close(): void;
}

async function openPage(): Promise<Waiting> {
  const browser = new FormBrowser();
  const query = new URLSearchParams({
    client_id: 'bench',
    redirect_uri: 'http://localhost:9/cb',
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  });
  const page = await browser.open(`${issuer}/auth?${query}`);
  const waiting: Waiting = { qr: '', number: '', heard: new Map(), close: () => undefined };
  await new Promise<void>((resolve, reject) => {
    const stream = request(
      `${page.url}/events`,
      { headers: { cookie: browser.cookieHeader(page.url) }, agent: false },
      (response) => {
        response.on('data', (chunk: Buffer) => {
          for (const [, event = '', data = ''] of chunk.toString().matchAll(/event: (\w+)\ndata: (.*)\n/g)) {
            if (event === 'qr') waiting.qr = data;
            if (event === 'number') waiting.number = data;
            waiting.heard.set(event, performance.now());
          }
          resolve();
        });
      },
    );
    stream.on('error', reject).end();
    waiting.close = () => stream.destroy();
  });
  return waiting;
}

const pages: Waiting[] = [];
for (let n = 0; n < Number(values.pages); n += 20)
  pages.push(...(await Promise.all(Array.from({ length: Math.min(20, Number(values.pages) - n) }, openPage))));
const pid = server.pid ?? 0;
const [cpu, began] = [cpuMs(pid), performance.now()];
await new Promise((resolve) => setTimeout(resolve, 4000));
const idleCpu = (cpuMs(pid) - cpu) / (performance.now() - began);

const delays: number[] = [];
for (const waiting of pages.slice(0, Number(values.decisions))) {
  const approval = await phone.scan(waiting.qr);
  while (!waiting.heard.has('number')) await new Promise((resolve) => setTimeout(resolve, 1));
  const decided = performance.now();
  await phone.decide(approval, { decision: 'approve', number: waiting.number });
  while (!waiting.heard.has('approved')) await new Promise((resolve) => setTimeout(resolve, 1));
  delays.push((waiting.heard.get('approved') ?? 0) - decided);
}
delays.sort((one, other) => one - other);
const at = (share: number): string => (delays[Math.floor(delays.length * share)] ?? 0).toFixed(1);
console.log(
  `${values.pages} pages waiting on one core: ${(idleCpu * 100).toFixed(1)} % of it for the frames, ${residentMiB(pid).toFixed(0)} MiB resident`,
);
console.log(
  `from the decision sent to the page's event: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms over ${delays.length} decisions`,
);
for (const { close } of pages) close();
server.kill('SIGTERM');
