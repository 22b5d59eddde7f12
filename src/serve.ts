import type { EventEmitter } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { Middleware } from 'koa';
import pino, { type Logger } from 'pino';
import type { Settings } from '#config/load.ts';
import { type Application, compose, type Overrides } from './compose.ts';
import { createProvider } from './oidc/provider.ts';
import { mountServer } from './server.ts';
import { createFormTokens } from './web/csrf.ts';
import { createDeviceApi, createDeviceApiLimits } from './web/device-api/routes.ts';
import { createHealthRoutes } from './web/health.ts';
import { createHomeRoutes } from './web/home.ts';
import { limitBegins } from './web/middleware/begin-limit.ts';
import { createDraining } from './web/middleware/draining.ts';
import { createProtocolPages } from './web/protocol/protocol-pages.ts';
import { createStaySignedIn } from './web/protocol/stay-signed-in.ts';
import { createRenderer } from './web/render.ts';
import { createSignInPages } from './web/sign-in/routes.ts';
import { createStaticFiles } from './web/static-files.ts';

export interface StopOptions {
  /** How long requests are still taken while callers move to other processes. */
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
}

const sweepEveryMs = 30_000;
/** A request that runs longer than this when the process ends is cut. */
const longestRequestMs = 10_000;

const refusalEvents = [
  'authorization.error',
  'grant.error',
  'userinfo.error',
  'introspection.error',
  'revocation.error',
  'end_session.error',
  'end_session_confirm.error',
];

interface ProtocolRefusal {
  readonly error?: string;
  readonly error_description?: string;
  readonly error_detail?: string;
}

/** What the protocol refused, for the operator: OAuth's words, never a token or a parameter's value. */
function logProtocolRefusals(provider: EventEmitter, logger: Logger): void {
  for (const event of refusalEvents) {
    provider.on(
      event,
      (
        ctx: { readonly state: Readonly<Record<string, unknown>> },
        { error, error_description: description, error_detail: detail }: ProtocolRefusal,
      ) => {
        logger.info({ reference: ctx.state['reference'], event, oauth: error, description, detail }, 'protocol refusal');
      },
    );
  }
}

/** Assembles the web application over the parts. */
async function createWebApplication(application: Application, logger: Logger) {
  const { settings, policy, clients, sealing, signIn, signals, approvals, devices, accounts, store, clock, random } = application;
  const { issuer, trustProxy, outboundPrivate } = settings;
  const staticFiles = createStaticFiles();
  const renderer = createRenderer(staticFiles.url);
  const keys = await application.signingKeys.load();
  const pages = createProtocolPages({ renderer, clients, logger });
  const provider = createProvider({
    ...signIn,
    issuer,
    keys,
    sealing,
    subjects: application.subjects,
    pages,
    lives: policy.lives,
    trustProxy,
    outboundPrivate,
  });
  logProtocolRefusals(provider, logger);
  provider.on('server_error', (ctx, err) => logger.error({ err, reference: ctx.state['reference'] }, 'protocol fault'));
  const keyboard = await application.keyboard();
  const { router: signInPages, waitingPages } = createSignInPages({
    ...signIn,
    issuer,
    provider,
    sealing,
    signals,
    approvals,
    keyboard,
    renderer,
    forms: createFormTokens(sealing),
  });
  const deviceApi = createDeviceApi({
    store,
    clock,
    random,
    issuer,
    accounts,
    clients,
    devices,
    approvals,
    limits: createDeviceApiLimits({ loopbackIsFree: settings.profile !== 'production' }),
  });
  const draining = createDraining();
  const health = createHealthRoutes({ store, keysLoaded: () => keys.length > 0, isDraining: draining.isDraining });
  const home = createHomeRoutes({ issuer, renderer });
  const web = mountServer({
    issuer,
    provider,
    store,
    logger,
    renderer,
    clock,
    random,
    staticFiles: staticFiles.middleware,
    beginLimit: limitBegins(policy.begins, { loopbackIsFree: settings.profile !== 'production' }) as Middleware,
    draining: draining.middleware as Middleware,
    routers: [health, home, signInPages, deviceApi, createStaySignedIn({ clients, renderer })],
  });
  return {
    callback: web.callback(),
    /** Asks everybody to go on with another process. */
    drain() {
      draining.begin();
      waitingPages.moveOn();
    },
  };
}

/** Deletes what has expired, a little at a time; expiry itself is enforced on every read. */
function sweepRegularly({ store }: Application, logger: Logger): () => void {
  const timer = setInterval(() => {
    store.sweep(5000).catch((err: unknown) => logger.warn({ err }, 'sweep failed'));
  }, sweepEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Starts the provider and answers when it listens. */
export async function serve(settings: Settings, options: ServeOptions = {}): Promise<RunningServer> {
  const logger = options.logger ?? pino({ level: settings.logLevel }, pino.destination({ dest: 2, sync: false }));
  const application = await compose(settings, options);
  const web = await createWebApplication(application, logger);
  const server = createServer(web.callback);
  server.headersTimeout = 20_000;
  server.requestTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, resolve);
  });
  const stopSweeping = sweepRegularly(application, logger);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.port;
  logger.info({ issuer: settings.issuer, port }, 'listening');

  async function stop({ drainMs = 0 }: StopOptions = {}): Promise<void> {
    stopSweeping();
    web.drain();
    if (drainMs > 0) await setTimeout(drainMs);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await Promise.race([closed, setTimeout(longestRequestMs, undefined, { ref: false })]);
    server.closeAllConnections();
    await closed;
    await application.close();
  }

  return { application, server, port, stop };
}
