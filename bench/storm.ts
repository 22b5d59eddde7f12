// node bench/storm.ts [--seconds 6] [--passwords 16]: latency of client-credentials calls alone, and while many people sign in by password.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from '#test/support/running-provider.ts';
import { scenarios } from './scenarios.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '6' }, passwords: { type: 'string', default: '16' } },
});
const port = await freePort();
const server = spawn(process.execPath, [fileURLToPath(new URL('./senid-server.ts', import.meta.url))], {
  env: { ...process.env, BENCH_PORT: String(port), BENCH_PEOPLE: '200' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
await new Promise<void>((resolve) => server.stdout.on('data', (text: Buffer) => text.toString().includes('ready') && resolve()));
const peer = { issuer: `http://localhost:${port}`, people: 200 };
const token = await scenarios['client-credentials']?.(peer);
if (token === undefined) throw new Error('scenarios are missing');

/** Token calls one after the other, ten in a second at most, for a while. */
async function latencies(seconds: number): Promise<number[]> {
  const found: number[] = [];
  for (const until = performance.now() + seconds * 1000; performance.now() < until; ) {
    const began = performance.now();
    await token?.();
    found.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return found.sort((one, other) => one - other);
}
const at = (sorted: readonly number[], share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);

await latencies(2);
const idle = await latencies(Number(values.seconds));
// in a process of its own, so that the pages it reads don't delay the calls that are timed
const storm = spawn(
  process.execPath,
  [fileURLToPath(new URL('./storm-child.ts', import.meta.url)), peer.issuer, values.passwords],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
let signIns = 0;
storm.stdout.on('data', (text: Buffer) => {
  signIns += text.length;
});
await latencies(1);
const before = signIns;
const stormy = await latencies(Number(values.seconds));
const perSecond = (signIns - before) / Number(values.seconds);
storm.kill('SIGTERM');
console.log(`token calls alone: p50 ${at(idle, 0.5)} ms, p99 ${at(idle, 0.99)} ms`);
console.log(
  `with ${values.passwords} people signing in by password all the time (${perSecond.toFixed(0)} a second): p50 ${at(stormy, 0.5)} ms, p99 ${at(stormy, 0.99)} ms`,
);
server.kill('SIGTERM');
