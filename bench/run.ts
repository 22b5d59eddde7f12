// node bench/run.ts [--scenarios a,b] [--seconds 4] [--rounds 3] [--concurrency 8] [--store mongodb] [--json]: CPU milliseconds per operation of SenID,
// server and store apart, and of bare oidc-provider, in turn in the same run, their ratio, throughput and latency. Loopback only, bounded by time and rounds. Linux.
import { parseArgs } from 'node:util';
import { type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { freePort } from '#test/support/running-provider.ts';
import { residentMiB } from './process-cost.ts';
import { ownScenarios, type Peer, partlyOwn, type Scenario, scenarios } from './scenarios.ts';
import { pin, type ServerProcess, startServer } from './server-process.ts';
import { measureWindow, median, type Window } from './window.ts';

const { values } = parseArgs({
  options: {
    scenarios: { type: 'string', default: 'client-credentials,refresh,sso,login,userinfo,introspection' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    concurrency: { type: 'string', default: '8' },
    store: { type: 'string', default: 'sqlite' },
    json: { type: 'boolean', default: false },
  },
});
const people = 200;
const names = values.scenarios.split(',');
const unknown = names.filter((name) => !Object.hasOwn(scenarios, name));
if (unknown.length > 0) {
  console.error(`no scenario ${unknown.join(', ')}; there are ${Object.keys(scenarios).join(', ')}, waiting-pages`);
  process.exit(2);
}

interface Running extends Peer {
  readonly server: ServerProcess;
  /** The database's processes. */
  readonly store: readonly number[];
}

async function start(name: 'bare' | 'senid', set?: ReplicaSet): Promise<Running> {
  const port = await freePort();
  const server = await startServer(`./${name}-server.ts`, {
    BENCH_PORT: String(port),
    BENCH_PEOPLE: String(people),
    ...(set === undefined ? {} : { BENCH_STORE: set.uri('bench') }),
  });
  const codes = [...server.printed().matchAll(/enrolment (\S+)/g)].map(([, code = '']) => code);
  const store = set?.nodes.map(({ pid }) => pid) ?? [];
  return { issuer: `http://localhost:${port}`, people, codes, isBare: name === 'bare', server, store };
}

/** The medians over all rounds. */
type Figures = { readonly [Name in keyof Window]: number };

interface Row {
  readonly scenario: string;
  readonly senid: Figures;
  /** Where bare has a counterpart, or one of a part. */
  readonly bare?: Figures;
  /** Where bare did the same, server and store of SenID over bare: the median of the pairs, the least and the most. */
  readonly ratio?: readonly [median: number, least: number, most: number];
}

const figuresOf = (windows: readonly Window[]): Figures => ({
  serverMs: median(windows.map(({ serverMs }) => serverMs)),
  storeMs: median(windows.map(({ storeMs }) => storeMs)),
  perSecond: median(windows.map(({ perSecond }) => perSecond)),
  p50: median(windows.map(({ p50 }) => p50)),
  p95: median(windows.map(({ p95 }) => p95)),
  p99: median(windows.map(({ p99 }) => p99)),
});

async function compare(scenario: string, senid: Running, bare: Running): Promise<Row> {
  const rounds: { bare?: Window; senid: Window }[] = [];
  const windowOf = ({ server, store, ...peer }: Running): Promise<Window> =>
    measureWindow({
      pids: { server: server.pid, store },
      peer,
      scenario: scenarios[scenario] as Scenario,
      seconds: Number(values.seconds),
      concurrency: Number(values.concurrency),
    });
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const there = ownScenarios.has(scenario) ? {} : { bare: await windowOf(bare) };
    rounds.push({ ...there, senid: await windowOf(senid) });
  }
  const ours = figuresOf(rounds.map((round) => round.senid));
  const theirs = rounds.flatMap((round) => round.bare ?? []);
  if (theirs.length === 0) return { scenario, senid: ours };
  if (partlyOwn.has(scenario)) return { scenario, senid: ours, bare: figuresOf(theirs) };
  const ratios = rounds.map((round) => (round.senid.serverMs + round.senid.storeMs) / (round.bare?.serverMs ?? Number.NaN));
  return {
    scenario,
    senid: ours,
    bare: figuresOf(theirs),
    ratio: [median(ratios), Math.min(...ratios), Math.max(...ratios)],
  };
}

const shown = ({ scenario, senid, bare, ratio }: Row): string =>
  `| ${[
    scenario,
    bare?.serverMs.toFixed(3) ?? '–',
    senid.serverMs.toFixed(3),
    // SQLite works inside the server
    values.store === 'mongodb' ? senid.storeMs.toFixed(3) : '–',
    ratio === undefined ? '–' : `${ratio[0].toFixed(2)} (${ratio[1].toFixed(2)}–${ratio[2].toFixed(2)})`,
    ...[senid, bare].flatMap((figures) =>
      (['perSecond', 'p50', 'p95', 'p99'] as const).map((name) => figures?.[name].toFixed(name === 'perSecond' ? 0 : 1) ?? '–'),
    ),
  ].join(' | ')} |`;

const say = (line: string): void => {
  if (!values.json) console.log(line);
};

const set = values.store === 'mongodb' ? await startReplicaSet() : undefined;
for (const { pid } of set?.nodes ?? []) pin(pid, 0);
const [bare, senid] = [await start('bare'), await start('senid', set)];
say(
  '| scenario | bare, CPU ms/op | SenID, server | its store | ratio (pairs: median, range) | per second | p50 ms | p95 | p99 | bare per second | p50 | p95 | p99 |',
);
say(`|---|${'---:|'.repeat(12)}`);
try {
  const rows: Row[] = [];
  for (const name of names) {
    const row = await compare(name, senid, bare);
    rows.push(row);
    say(shown(row));
  }
  const resident = { bare: residentMiB(bare.server.pid), senid: residentMiB(senid.server.pid) };
  say(`\nresident at the end: bare ${resident.bare.toFixed(0)} MiB, SenID ${resident.senid.toFixed(0)} MiB`);
  if (values.json) console.log(JSON.stringify({ store: values.store, rows, residentMiB: resident }));
} finally {
  await Promise.all([bare.server.stop(), senid.server.stop()]);
  await set?.stop();
}
