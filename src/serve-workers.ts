import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AggregatorRegistry } from 'prom-client';
import type { Settings } from '#config/load.ts';

/** What a worker process says when it answers requests. */
export const workerReady = 'ready';

/** A worker that ended by itself is replaced no sooner than this, so that a fault at every start does not eat the machine. */
const restartAfterMs = 1000;

interface WorkerParts {
  readonly logger: Logger;
  readonly settings: Pick<Settings, 'metricsPort' | 'host'>;
}

/** Several processes of the provider on one port. */
export interface Workers {
  /** Replaces all, one after the other: the new one answers before the old one is told to end. */
  replaceAll(): Promise<void>;
  /** Tells all to end, and waits until they have. */
  stop(): Promise<void>;
}

async function startWorker(): Promise<Worker> {
  const worker = cluster.fork();
  await new Promise<void>((resolve, reject) => {
    worker.once('exit', (code) => reject(new Error(`a worker ended before it was ready (exit ${code})`)));
    worker.on('message', (message) => {
      if (message === workerReady) resolve();
    });
  });
  return worker;
}

async function endWorker(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const ended = once(worker, 'exit');
  worker.process.kill('SIGTERM');
  await ended;
}

/** The metrics of all workers together, since a scrape of a shared port would reach one of them by chance. */
async function serveMetrics({ metricsPort, host }: WorkerParts['settings']): Promise<() => void> {
  if (metricsPort === undefined) return () => {};
  const all = new AggregatorRegistry();
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    all.clusterMetrics().then(
      (body) => response.writeHead(200, { 'Content-Type': all.contentType }).end(body),
      () => response.writeHead(503).end(),
    );
  });
  server.listen(metricsPort, host);
  await once(server, 'listening');
  return () => server.close();
}

/** Starts `count` workers and keeps that many; answers when all are ready. @throws when one of the first can't start */
export async function startWorkers(count: number, { logger, settings }: WorkerParts): Promise<Workers> {
  const workers = new Set<Worker>();
  let isStopping = false;

  function watch(worker: Worker): void {
    workers.add(worker);
    worker.once('exit', (code, signal) => {
      // still in the set: nobody told it to end
      if (!workers.delete(worker) || isStopping) return;
      logger.error({ code, signal, pid: worker.process.pid }, 'a worker ended by itself');
      restart().catch((err: unknown) => logger.error({ err }, 'a worker could not be replaced'));
    });
  }

  async function restart(): Promise<void> {
    while (!isStopping) {
      await setTimeout(restartAfterMs);
      try {
        const worker = await startWorker();
        watch(worker);
        if (isStopping) await endWorker(worker);
        return;
      } catch (err) {
        logger.error({ err }, 'a worker could not start');
      }
    }
  }

  async function replace(worker: Worker): Promise<void> {
    watch(await startWorker());
    workers.delete(worker);
    await endWorker(worker);
  }

  const stopMetrics = await serveMetrics(settings);
  for (const worker of await Promise.all(Array.from({ length: count }, startWorker))) watch(worker);
  return {
    async replaceAll() {
      // one that ended by itself meanwhile has its successor already
      for (const worker of [...workers]) if (!isStopping && workers.has(worker)) await replace(worker);
      logger.info('all workers were replaced');
    },
    async stop() {
      isStopping = true;
      stopMetrics();
      await Promise.all([...workers].map(endWorker));
    },
  };
}
