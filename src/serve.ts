import { createServer, type Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import pino, { type Logger } from 'pino';
import type { Settings } from '#config/load.ts';
import { startBackgroundWork } from './background/background-work.ts';
import { createLeases, type Leases } from './background/leases.ts';
import { sweep } from './background/sweep.ts';
import { type Application, compose, type Overrides } from './compose.ts';
import { isClockOff, requireClock, watchClock } from './observation/clock-watch.ts';
import { createMetrics } from './observation/metrics.ts';
import { isTracingAsked, startTracing, traceStoreCall } from './observation/tracing.ts';
import { listenForMetrics } from './web/metrics-route.ts';
import { clockOf, createWebApplication } from './web-application.ts';

export interface StopOptions {
  /** How long requests are still taken while callers move to other processes; the settings say, unless this does. */
  readonly drainMs?: number;
}

export interface RunningServer {
  readonly application: Application;
  readonly server: Server;
  /** The port it listens on, also when the settings said 0. */
  readonly port: number;
  /** Sends everybody elsewhere, lets the running requests end, closes the store. Repeatable. */
  stop(options?: StopOptions): Promise<void>;
}

export interface ServeOptions extends Overrides {
  readonly logger?: Logger;
  /** The environment's `OTEL_*` variables. */
  readonly telemetry?: Readonly<Record<string, string | undefined>>;
}

/** A request that runs longer than this when the process ends is cut. */
const longestRequestMs = 10_000;

/** Starts the provider and answers when it listens. */
export async function serve(settings: Settings, options: ServeOptions = {}): Promise<RunningServer> {
  const logger = options.logger ?? pino({ level: settings.logLevel }, pino.destination({ dest: 2, sync: false }));
  const metrics = createMetrics();
  const isTraced = isTracingAsked(options.telemetry ?? {});
  const stopTracing = isTraced ? await startTracing(options.telemetry ?? {}) : undefined;
  const application = await compose(settings, {
    ...options,
    observeStore(...call) {
      metrics.storeCall(...call);
      if (isTraced) traceStoreCall(...call);
    },
  });
  try {
    requireClock(clockOf(application));
  } catch (refused) {
    await application.close();
    throw refused;
  }
  const web = await createWebApplication(application, logger, { metrics, isTraced });
  const server = createServer(web.callback);
  // longer than a load balancer keeps an idle connection, so that it never sends into one that we are closing
  server.keepAliveTimeout = 65_000;
  server.headersTimeout = 20_000;
  server.requestTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, resolve);
  });
  const metricsServer =
    settings.metricsPort === undefined ? undefined : await listenForMetrics(metrics, settings.metricsPort, settings.host);
  const leases = createLeases(application, application.signals.process);
  const ours: Leases = {
    ...leases,
    // by a clock that is off it would take work from others, and documents before their time
    hold: async (work, forMs) => !isClockOff(clockOf(application)) && leases.hold(work, forMs),
  };
  const works = [sweep(application.store), application.delivery(logger)];
  const stopBackgroundWork = startBackgroundWork(works, ours, logger);
  const stopWatchingClock = watchClock(clockOf(application), logger);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.port;
  logger.info({ issuer: settings.issuer, port }, 'listening');

  async function stop({ drainMs = settings.drainSeconds * 1000 }: StopOptions = {}): Promise<void> {
    web.drain();
    if (drainMs > 0) await setTimeout(drainMs);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await Promise.race([closed, setTimeout(longestRequestMs, undefined, { ref: false })]);
    server.closeAllConnections();
    metricsServer?.close();
    await closed;
    stopWatchingClock();
    web.stop();
    await stopBackgroundWork();
    await application.close();
    await stopTracing?.();
  }

  return { application, server, port, stop };
}
