// node bench/run.ts [--scenarios a,b] [--seconds 4] [--rounds 3] [--concurrency 8]: CPU milliseconds per operation of SenID and of bare
// oidc-provider, in turn in the same run, and their ratio. Loopback only, bounded by time and rounds. Linux.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from '#test/support/running-provider.ts';
import { cpuMs, residentMiB } from './process-cost.ts';
import { type Peer, scenarios } from './scenarios.ts';

const { values } = parseArgs({
  options: {
    scenarios: { type: 'string', default: Object.keys(scenarios).join(',') },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    concurrency: { type: 'string', default: '8' },
  },
});
const people = 200;

interface Running extends Peer {
  readonly name: string;
  readonly child: ChildProcess;
}

const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** The server on core 0 where the machine lets us, the driver wherever it runs. */
async function start(name: string): Promise<Running> {
  const port = await freePort();
  const file = fileURLToPath(new URL(`./${name}-server.ts`, import.meta.url));
  const command = canPin ? ['taskset', '-c', '0', process.execPath, file] : [process.execPath, file];
  const child = spawn(command[0] ?? '', command.slice(1), {
    env: { ...process.env, BENCH_PORT: String(port), BENCH_PEOPLE: String(people) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => text.toString().includes('ready') && resolve());
    child.once('exit', () => reject(new Error(`${name} ended`)));
  });
  return { name, child, issuer: `http://localhost:${port}`, people };
}

interface Window {
  readonly msPerOp: number;
  readonly perSecond: number;
  readonly p99: number;
}

/** A closed loop of workers for a while; a window ends when what it began has ended, so every operation is paid for. */
async function measure(peer: Running, scenario: string, seconds: number, concurrency: number): Promise<Window> {
  const prepare = scenarios[scenario];
  if (prepare === undefined) throw new Error(`no scenario ${scenario}`);
  const workers = await Promise.all(Array.from({ length: concurrency }, () => prepare(peer)));
  const pid = peer.child.pid ?? 0;
  const loop = async (until: number, latencies: number[]): Promise<void> => {
    await Promise.all(
      workers.map(async (operate) => {
        while (performance.now() < until) {
          const began = performance.now();
          await operate();
          latencies.push(performance.now() - began);
        }
      }),
    );
  };
  await loop(performance.now() + 1500, []);
  const [cpu, began] = [cpuMs(pid), performance.now()];
  const latencies: number[] = [];
  await loop(began + seconds * 1000, latencies);
  const sorted = latencies.sort((one, other) => one - other);
  return {
    msPerOp: (cpuMs(pid) - cpu) / latencies.length,
    perSecond: latencies.length / ((performance.now() - began) / 1000),
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  };
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;

const peers = [await start('bare'), await start('senid')];
console.log(
  '| scenario | bare, CPU ms/op | SenID, CPU ms/op | ratio (median of pairs; range) | SenID per second | p99 ms |\n|---|---:|---:|---:|---:|---:|',
);
try {
  for (const scenario of values.scenarios.split(',')) {
    const windows: Window[][] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      const pair: Window[] = [];
      for (const peer of peers) pair.push(await measure(peer, scenario, Number(values.seconds), Number(values.concurrency)));
      windows.push(pair);
    }
    const of = (at: number, read: (window: Window) => number): number => median(windows.map((pair) => read(pair[at] as Window)));
    const ratios = windows.map(([bare, senid]) => (senid?.msPerOp ?? 0) / (bare?.msPerOp ?? 1));
    console.log(
      `| ${scenario} | ${of(0, (w) => w.msPerOp).toFixed(3)} | ${of(1, (w) => w.msPerOp).toFixed(3)} | ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}) | ${of(1, (w) => w.perSecond).toFixed(0)} | ${of(1, (w) => w.p99).toFixed(1)} |`,
    );
  }
  for (const { name, child } of peers) console.log(`\n${name}: ${residentMiB(child.pid ?? 0).toFixed(0)} MiB resident at the end`);
} finally {
  for (const { child } of peers) child.kill('SIGTERM');
}
