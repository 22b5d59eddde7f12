// node bench/memory.ts [--sign-ins 10000]: resident memory of one process while people sign in, a password sign-in in ten, the rest by single
// sign-on. The server is a process of its own with the small heap that `senid serve` gives itself, or with this one's V8 flags where it has
// any (`node --max-semi-space-size=16 bench/memory.ts`: Node's own size); loopback only.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from '#test/support/running-provider.ts';
import { cpuMs, residentMiB } from './process-cost.ts';
import { scenarios } from './scenarios.ts';

const { values } = parseArgs({ options: { 'sign-ins': { type: 'string', default: '10000' } } });
const total = Number(values['sign-ins']);
const port = await freePort();
const began = performance.now();
const smallHeap = JSON.parse(readFileSync(new URL('../bin/small-heap.json', import.meta.url), 'utf8')) as {
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
};
const own = process.execArgv.length > 0 ? { flags: process.execArgv, environment: {} } : smallHeap;
const server = spawn(process.execPath, [...own.flags, fileURLToPath(new URL('./senid-server.ts', import.meta.url))], {
  env: { ...own.environment, ...process.env, BENCH_PORT: String(port), BENCH_PEOPLE: '200' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
await new Promise<void>((resolve) => server.stdout.on('data', (text: Buffer) => text.toString().includes('ready') && resolve()));
console.log(
  `ready, with 200 people opened, after ${((performance.now() - began) / 1000).toFixed(1)} s; ${residentMiB(server.pid ?? 0).toFixed(0)} MiB`,
);

const peer = { issuer: `http://localhost:${port}`, people: 200 };
const { login, sso } = scenarios;
if (login === undefined || sso === undefined) throw new Error('scenarios are missing');
const workers = await Promise.all(Array.from({ length: 8 }, async () => ({ login: await login(peer), sso: await sso(peer) })));
const cpuBefore = cpuMs(server.pid ?? 0);
let done = 0;
let next = total / 10;
await Promise.all(
  workers.map(async (worker) => {
    while (done < total) {
      done += 1;
      await (done % 10 === 0 ? worker.login() : worker.sso());
      if (done >= next) {
        next += total / 10;
        console.log(`${done} sign-ins: ${residentMiB(server.pid ?? 0).toFixed(0)} MiB`);
      }
    }
  }),
);
console.log(`CPU of the server: ${((cpuMs(server.pid ?? 0) - cpuBefore) / total).toFixed(2)} ms a sign-in`);
server.kill('SIGTERM');
