// node bench/full-store.ts [--people 1000000] [--clients 20000] [--store mongodb] [--rounds 5] [--seconds 4]: what a store with a nation's people and
// services costs beside one with a few, in turn in the same run. Loopback only, bounded in time; Linux.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadSettings } from '#config/load.ts';
import { importPeople } from '#src/accounts/import-people.ts';
import { compose } from '#src/compose.ts';
import { type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { freePort } from '#test/support/running-provider.ts';
import { peopleLines } from './people-lines.ts';
import { residentMiB } from './process-cost.ts';
import { type Peer, type Scenario, scenarios } from './scenarios.ts';
import { heapAsServed, type ServerProcess, startServer } from './server-process.ts';
import { measureWindow, median, type Window } from './window.ts';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '1000000' },
    clients: { type: 'string', default: '20000' },
    store: { type: 'string', default: 'sqlite' },
    scenarios: { type: 'string', default: 'login,sso,client-credentials,userinfo' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    concurrency: { type: 'string', default: '8' },
  },
});

interface Filled {
  readonly name: string;
  readonly people: number;
  readonly clients: number;
  readonly env: Readonly<Record<string, string>>;
  readonly dataDir: string;
  readonly set: ReplicaSet | undefined;
}

const service = (n: number) => ({
  client_id: `bench-${n}`,
  client_secret: 'bench-secret',
  client_name: `Bench ${n}`,
  class: 'private',
  redirect_uris: ['http://localhost:9/cb'],
  response_types: ['code'],
  grant_types: ['authorization_code', 'client_credentials'],
  id_token_signed_response_alg: 'ES256',
  allowed_claims: ['name', 'email'],
});

/** A store with so many people, who all have the same password, and services. */
async function fill(name: string, people: number, clients: number): Promise<Filled> {
  const set = values.store === 'mongodb' ? await startReplicaSet() : undefined;
  const dataDir = mkdtempSync(join(tmpdir(), 'senid-bench-'));
  const port = await freePort();
  const env = {
    SENID_PROFILE: 'test',
    SENID_ISSUER: `http://localhost:${port}`,
    SENID_PORT: String(port),
    SENID_DATA_DIR: dataDir,
    SENID_LOG_LEVEL: 'warn',
    ...(set === undefined ? {} : { SENID_STORE: set.uri('bench') }),
  };
  const application = await compose(loadSettings(env));
  const hash = await application.hashing.hash('correct horse');
  const report = await importPeople(application, peopleLines(0, people, hash), { dryRun: false, defaultEvidence: undefined });
  if (report.imported !== people) throw new Error(`only ${report.imported} people`);
  for (let n = 0; n < clients; n += 50)
    await Promise.all(Array.from({ length: Math.min(50, clients - n) }, (_, at) => application.registry.put(service(n + at))));
  await application.close();
  return { name, people, clients, env, dataDir, set };
}

interface Running extends Peer {
  readonly server: ServerProcess;
  readonly store: readonly number[];
}

async function start({ name, people, clients, env, set }: Filled): Promise<Running> {
  const began = performance.now();
  const server = await startServer('./prepared-server.ts', env, heapAsServed());
  console.log(`${name}: ready after ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return { issuer: env['SENID_ISSUER'] ?? '', people, clients, server, store: set?.nodes.map(({ pid }) => pid) ?? [] };
}

const windowOf = ({ server, store, ...peer }: Running, scenario: string): Promise<Window> =>
  measureWindow({
    pids: { server: server.pid, store },
    peer,
    scenario: scenarios[scenario] as Scenario,
    seconds: Number(values.seconds),
    concurrency: Number(values.concurrency),
  });

const stores: Filled[] = [];
const peers: Running[] = [];
try {
  // as in the full one, hardly anybody comes to the same service twice: each sign-in asks for consent
  stores.push(await fill('few', 5000, 5));
  const began = performance.now();
  stores.push(await fill('full', Number(values.people), Number(values.clients)));
  console.log(`full: filled in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  for (const filled of stores) peers.push(await start(filled));
  console.log('\n| operation | few: server + store ms, p50, p95 | full | CPU | p50 | p95 |\n|---|---|---|---:|---:|---:|');
  for (const scenario of values.scenarios.split(',')) {
    const rounds: Window[][] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      const pair: Window[] = [];
      for (const peer of peers) pair.push(await windowOf(peer, scenario));
      rounds.push(pair);
    }
    const of = (at: number, read: (window: Window) => number): number => median(rounds.map((pair) => read(pair[at] as Window)));
    const ratio = (read: (window: Window) => number): string =>
      median(rounds.map(([few, full]) => read(full as Window) / read(few as Window))).toFixed(2);
    const shown = (at: number): string =>
      `${of(at, (w) => w.serverMs).toFixed(2)} + ${of(at, (w) => w.storeMs).toFixed(2)}, ${of(at, (w) => w.p50).toFixed(1)}, ${of(at, (w) => w.p95).toFixed(1)}`;
    console.log(
      `| ${scenario} | ${shown(0)} | ${shown(1)} | ${ratio((w) => w.serverMs + w.storeMs)} | ${ratio((w) => w.p50)} | ${ratio((w) => w.p95)} |`,
    );
  }
  for (const [at, { server }] of peers.entries())
    console.log(`\n${stores[at]?.name}: ${residentMiB(server.pid).toFixed(0)} MiB resident at the end`);
} finally {
  for (const { server } of peers) await server.stop();
  for (const { set, dataDir } of stores) {
    await set?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
