import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import { freePort } from './running-provider.ts';

const fetched = fileURLToPath(new URL('../../.cache/mongod/mongod', import.meta.url));

/** `mongod` by `MONGOD`, from `scripts/get-mongod.sh` or on the PATH; undefined where there is none. */
export function findMongod(): string | undefined {
  const named = process.env['MONGOD'];
  if (named !== undefined && existsSync(named)) return named;
  if (existsSync(fetched)) return fetched;
  try {
    return execFileSync('which', ['mongod'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** Says whether suites on a real MongoDB can run here. Without `mongod` they are skipped; in CI that is a failure. */
export function canRunMongod(): boolean {
  if (findMongod() !== undefined) return true;
  if (process.env['CI'] === 'true') throw new Error('mongod is missing: set MONGOD or run scripts/get-mongod.sh (.ci/run does)');
  console.warn('MongoDB tests skipped: no mongod (scripts/get-mongod.sh gets one)');
  return false;
}

export interface MongoNode {
  readonly port: number;
  readonly pid: number;
  /** Ends it at once, as a power cut would, and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again on what it had. */
  restart(): Promise<void>;
  /** Stands still, as a machine does that swaps or whose network is gone. */
  freeze(): void;
  goOn(): void;
}

export interface ReplicaSet {
  readonly nodes: readonly MongoNode[];
  /** A connection string for a database of this name. */
  uri(database: string): string;
  /** Waits for a node that is primary and knows it. */
  primary(): Promise<MongoNode>;
  /** Asks the primary to hand over to another node. */
  stepDown(): Promise<void>;
  /** Ends all nodes and deletes what they kept. */
  stop(): Promise<void>;
}

const replicaSetName = 'senid-test';

async function startProcess(port: number, dbPath: string): Promise<ChildProcess> {
  const child: ChildProcess = spawn(
    findMongod() ?? '',
    [
      ...['--replSet', replicaSetName, '--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', dbPath],
      ...['--wiredTigerCacheSizeGB', '0.25', '--oplogSize', '64', '--nounixsocket', '--quiet'],
      ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
      // a test's clock stands still somewhere else: nothing may go by the machine's
      ...['--setParameter', 'ttlMonitorEnabled=false'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (text: Buffer) => text.includes('Waiting for connections') && resolve());
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`mongod ended with ${code}`)));
  });
  return child;
}

async function startNode(folder: string): Promise<MongoNode> {
  const port = await freePort();
  const dbPath = mkdtempSync(join(folder, 'node-'));
  let child = await startProcess(port, dbPath);
  return {
    port,
    get pid() {
      return child.pid ?? 0;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    async restart() {
      child = await startProcess(port, dbPath);
    },
    freeze: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
  };
}

/** Asks one node something, whatever it is in its set. */
async function askNode({ port }: MongoNode, command: Record<string, unknown>): Promise<Record<string, unknown>> {
  const options = 'directConnection=true&serverSelectionTimeoutMS=1000&socketTimeoutMS=3000';
  const connection = mongoose.createConnection(`mongodb://127.0.0.1:${port}/admin?${options}`);
  try {
    await connection.asPromise();
    return await connection.getClient().db('admin').command(command);
  } finally {
    await connection.close(true);
  }
}

async function primaryOf(nodes: readonly MongoNode[]): Promise<MongoNode> {
  const until = performance.now() + 30_000;
  while (performance.now() < until) {
    for (const node of nodes) {
      const { isWritablePrimary } = await askNode(node, { hello: 1 }).catch(() => ({ isWritablePrimary: false }));
      if (isWritablePrimary === true) return node;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no node became primary within 30 s');
}

async function initiate(nodes: readonly MongoNode[]): Promise<void> {
  const [first] = nodes;
  const connection = mongoose.createConnection(`mongodb://127.0.0.1:${first?.port}/admin?directConnection=true`);
  await connection.asPromise();
  const admin = connection.getClient().db('admin');
  const members = nodes.map(({ port }, _id) => ({ _id, host: `127.0.0.1:${port}`, priority: _id === 0 ? 2 : 1 }));
  await admin.command({ replSetInitiate: { _id: replicaSetName, members, settings: { electionTimeoutMillis: 2000 } } });
  while ((await admin.command({ hello: 1 }))['isWritablePrimary'] !== true) await new Promise((resolve) => setTimeout(resolve, 50));
  await connection.close();
}

/** A real replica set on loopback: one node that votes for itself, or three. */
export async function startReplicaSet(size: 1 | 3 = 1): Promise<ReplicaSet> {
  const folder = mkdtempSync(join(tmpdir(), 'senid-mongod-'));
  const nodes = await Promise.all(Array.from({ length: size }, () => startNode(folder)));
  await initiate(nodes);
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return {
    nodes,
    primary: () => primaryOf(nodes),
    async stepDown() {
      await askNode(await primaryOf(nodes), { replSetStepDown: 20, secondaryCatchUpPeriodSecs: 5 });
    },
    uri: (database) => `mongodb://${hosts}/${database}?replicaSet=${replicaSetName}`,
    async stop() {
      await Promise.all(nodes.map((node) => node.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
