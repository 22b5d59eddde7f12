// node bench/waiting-pages.ts [--pages 1000] [--decisions 90]: how late QR frames come, from the decision on the phone to the page's event, and memory,
// while many pages wait. The server is a process of its own on one core, the pages are in this one on the others; loopback only.
import { request } from 'node:http';
import { parseArgs } from 'node:util';
import { createVirtualPhone, enrolPhone } from '#src/phone/virtual-phone.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { freePort } from '#test/support/running-provider.ts';
import { cpuMs, keptWaitingMs, residentMiB } from './process-cost.ts';
import { heapAsServed, pin, startServer } from './server-process.ts';
import { percentile } from './window.ts';

const { values } = parseArgs({
  options: {
    pages: { type: 'string', default: '1000' },
    decisions: { type: 'string', default: '90' },
    json: { type: 'boolean', default: false },
  },
});
pin(process.pid, 1);
const port = await freePort();
const issuer = `http://localhost:${port}`;
const server = await startServer('./senid-server.ts', { BENCH_PORT: String(port), BENCH_PEOPLE: '1' }, heapAsServed());
const { pid } = server;
const code = /enrolment ([0-9A-Z-]+)/.exec(server.printed())?.[1] ?? '';
const phone = createVirtualPhone(await enrolPhone(issuer, code));

interface Waiting {
  qr: string;
  number: string;
  heard: Map<string, number>;
  /** When each frame came. */
  frames: number[];
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
  const waiting: Waiting = { qr: '', number: '', heard: new Map(), frames: [], close: () => undefined };
  await new Promise<void>((resolve, reject) => {
    const stream = request(
      `${page.url}/events`,
      { headers: { cookie: browser.cookieHeader(page.url) }, agent: false },
      (response) => {
        response.on('data', (chunk: Buffer) => {
          for (const [, event = '', data = ''] of chunk.toString().matchAll(/event: (\w+)\ndata: (.*)\n/g)) {
            if (event === 'qr') {
              waiting.qr = data;
              waiting.frames.push(performance.now());
            }
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

// what the first requests leave behind is not the pages'
for (let n = 0; n < 200; n += 20) for (const { close } of await Promise.all(Array.from({ length: 20 }, openPage))) close();
const residentBefore = residentMiB(pid);
const pages: Waiting[] = [];
for (let n = 0; n < Number(values.pages); n += 20)
  pages.push(...(await Promise.all(Array.from({ length: Math.min(20, Number(values.pages) - n) }, openPage))));
for (const page of pages) page.frames.length = 0;
const [cpu, kept, began] = [cpuMs(pid), keptWaitingMs(pid), performance.now()];
const slotMs = 100;
/** The slots in which, with the one before, neighbours kept server and driver from their cores for less than 50 ms together. */
const calm = new Set<number>();
const slotOf = (at: number): number => Math.floor((at - began) / slotMs);
const bothKept = (): number => keptWaitingMs(pid) + keptWaitingMs(process.pid);
let keptUntil = [bothKept(), bothKept()];
const watching = setInterval(() => {
  const now = bothKept();
  if (now - (keptUntil[0] ?? 0) < slotMs / 2) calm.add(slotOf(performance.now()) - 1);
  keptUntil = [keptUntil[1] ?? now, now];
}, slotMs);
await new Promise((resolve) => setTimeout(resolve, 12_000));
clearInterval(watching);
const lastedMs = performance.now() - began;
const idleCpu = (cpuMs(pid) - cpu) / lastedMs;
// what neighbours on the machine add to every lateness
const neighbours = (keptWaitingMs(pid) - kept) / lastedMs;
const resident = residentMiB(pid);
const frameEveryMs = 2000;
const late = pages.flatMap(({ frames }) =>
  frames.slice(1).map((came, n) => ({ came, ms: came - (frames[n] ?? 0) - frameEveryMs })),
);
const lateness = late.map(({ ms }) => ms);
const calmLateness = late.filter(({ came }) => calm.has(slotOf(came))).map(({ ms }) => ms);
const delays: number[] = [];
for (const waiting of pages.slice(0, Number(values.decisions))) {
  const approval = await phone.scan(waiting.qr);
  while (!waiting.heard.has('number')) await new Promise((resolve) => setTimeout(resolve, 1));
  const decided = performance.now();
  await phone.decide(approval, { decision: 'approve', number: waiting.number });
  while (!waiting.heard.has('approved')) await new Promise((resolve) => setTimeout(resolve, 1));
  delays.push((waiting.heard.get('approved') ?? 0) - decided);
}
const figures = {
  pages: pages.length,
  shareOfCore: idleCpu,
  keptWaitingByOthers: neighbours,
  residentMiB: resident,
  kibAPage: ((resident - residentBefore) * 1024) / pages.length,
  frameLateMs: { p50: percentile(lateness, 0.5), p95: percentile(lateness, 0.95), of: lateness.length },
  frameLateWhenCalmMs: { p50: percentile(calmLateness, 0.5), p95: percentile(calmLateness, 0.95), of: calmLateness.length },
  decisionToPageMs: {
    p50: percentile(delays, 0.5),
    p95: percentile(delays, 0.95),
    p99: percentile(delays, 0.99),
    of: delays.length,
  },
};
if (values.json) console.log(JSON.stringify(figures));
else console.dir(figures);
for (const { close } of pages) close();
await server.stop();
