// node bench/run.ts [--scenarios a,b] [--seconds 4] [--rounds 3] [--concurrency 8] [--store mongodb]: CPU milliseconds per operation of SenID and of bare
// oidc-provider, in turn in the same run, and their ratio. Loopback only, bounded by time and rounds. Linux.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { freePort } from '#test/support/running-provider.ts';
import { cpuMs, residentMiB } from './process-cost.ts';
import { type Peer, scenarios } from './scenarios.ts';

const { values } = parseArgs({
  options: {
    scenarios: { type: 'string', default: Object.keys(scenarios).join(',') },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    concurrency: { type: 'string', default: '8' },
    store: { type: 'string', default: 'sqlite' },
  },
});
const people = 200;

interface Running extends Peer {
  readonly name: string;
  readonly child: ChildProcess;
  /** The database's processes; their CPU counts too. */
  readonly store: readonly number[];
}

const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** The server and its database on core 0 where the machine lets us, the driver wherever it runs. */
async function start(name: string, set?: ReplicaSet): Promise<Running> {
  const port = await freePort();
  const file = fileURLToPath(new URL(`./${name}-server.ts`, import.meta.url));
  const command = canPin ? ['taskset', '-c', '0', process.execPath, file] : [process.execPath, file];
  const child = spawn(command[0] ?? '', command.slice(1), {
    env: {
      ...process.env,
      BENCH_PORT: String(port),
      BENCH_PEOPLE: String(people),
      ...(set === undefined ? {} : { BENCH_STORE: set.uri('bench') }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => text.toString().includes('ready') && resolve());
    child.once('exit', () => reject(new Error(`${name} ended`)));
  });
  const store = set?.nodes.map(({ pid }) => pid) ?? [];
  return { name, child, issuer: `http://localhost:${port}`, people, store };
}

interface Window {
  /** Server and store together. */
  readonly msPerOp: number;
  readonly storeMsPerOp: number;
  readonly perSecond: number;
  readonly p99: number;
}

/** A closed loop of workers for a while; a window ends when what it began has ended, so every operation is paid for. */
async function measure(peer: Running, scenario: string, seconds: number, concurrency: number): Promise<Window> {
  const prepare = scenarios[scenario];
  if (prepare === undefined) throw new Error(`no scenario ${scenario}`);
  const workers = await Promise.all(Array.from({ length: concurrency }, () => prepare(peer)));
  const pid = peer.child.pid ?? 0;
  const storeMs = (): number => peer.store.reduce((sum, each) => sum + cpuMs(each), 0);
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
  const [cpu, ofStore, began] = [cpuMs(pid), storeMs(), performance.now()];
  const latencies: number[] = [];
  await loop(began + seconds * 1000, latencies);
  const sorted = latencies.sort((one, other) => one - other);
  return {
    msPerOp: (cpuMs(pid) - cpu + storeMs() - ofStore) / latencies.length,
    storeMsPerOp: (storeMs() - ofStore) / latencies.length,
    perSecond: latencies.length / ((performance.now() - began) / 1000),
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  };
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;

const set = values.store === 'mongodb' ? await startReplicaSet() : undefined;
if (canPin) for (const { pid } of set?.nodes ?? []) spawnSync('taskset', ['-a', '-c', '-p', '0', String(pid)]);
const peers = [await start('bare'), await start('senid', set)];
console.log(
  '| scenario | bare, CPU ms/op | SenID, CPU ms/op (of it the store) | ratio (median of pairs; range) | SenID per second | p99 ms |\n|---|---:|---:|---:|---:|---:|',
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
      `| ${scenario} | ${of(0, (w) => w.msPerOp).toFixed(3)} | ${of(1, (w) => w.msPerOp).toFixed(3)} (${of(1, (w) => w.storeMsPerOp).toFixed(3)}) | ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}) | ${of(1, (w) => w.perSecond).toFixed(0)} | ${of(1, (w) => w.p99).toFixed(1)} |`,
    );
  }
  for (const { name, child } of peers) console.log(`\n${name}: ${residentMiB(child.pid ?? 0).toFixed(0)} MiB resident at the end`);
} finally {
  await Promise.all(
    peers.map(({ child }) => {
      child.kill('SIGTERM');
      return once(child, 'exit');
    }),
  );
  await set?.stop();
}
