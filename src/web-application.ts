import type { RequestListener } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { Middleware } from 'koa';
import type { Provider } from 'oidc-provider';
import type { Logger } from 'pino';
import type { Application } from './compose.ts';
import { claimsByScope } from './consent/claim-catalogue.ts';
import { isClockOff, type WatchedClock } from './observation/clock-watch.ts';
import type { Metrics } from './observation/metrics.ts';
import { countProtocolEvents, logProtocolRefusals } from './observation/protocol-events.ts';
import { recordKeysPath } from './oidc/approval-record.ts';
import { createConsumption } from './oidc/consumption.ts';
import { createFetchText } from './oidc/fetch-text.ts';
import { followSigningKeys } from './oidc/follow-keys.ts';
import { createKeySets } from './oidc/key-sets.ts';
import { createProvider } from './oidc/provider.ts';
import { createRequestReads } from './oidc/request-reads.ts';
import type { PrivateJwk } from './oidc/signing-keys.ts';
import { mountServer, type Observation } from './server.ts';
import { createAccountPages } from './web/account/routes.ts';
import { createAdminApi, createAdminLimit } from './web/admin-api/routes.ts';
import { createConsole } from './web/console/routes.ts';
import { createFormTokens } from './web/csrf.ts';
import { createDeviceApi, createDeviceApiLimits } from './web/device-api/routes.ts';
import { createHealthRoutes } from './web/health.ts';
import { createHomeRoutes } from './web/home.ts';
import { createLinkLimit, createLinkRoutes } from './web/links/routes.ts';
import { createMetricsRoute } from './web/metrics-route.ts';
import { limitBegins } from './web/middleware/begin-limit.ts';
import { createDraining } from './web/middleware/draining.ts';
import { isStoreUnavailable } from './web/middleware/store-unavailable.ts';
import { createPhoneAppRoutes } from './web/phone-app/routes.ts';
import { createProtocolPages } from './web/protocol/protocol-pages.ts';
import { createRecordKeysRoute } from './web/protocol/record-keys.ts';
import { createStaySignedIn } from './web/protocol/stay-signed-in.ts';
import { createRegistrationLimit, createRegistrationRoutes } from './web/registration/routes.ts';
import { createRenderer } from './web/render.ts';
import { createSignInPages } from './web/sign-in/routes.ts';
import type { WaitingPages } from './web/sign-in/waiting-pages.ts';
import { createStaticFiles } from './web/static-files.ts';

/** The process's clock as it is watched. */
export const clockOf = ({ clockAheadMs }: Application): WatchedClock => ({ aheadMs: clockAheadMs });

/** Everything that waits, and the clock, as numbers that are read when somebody asks. */
function watchNumbers(metrics: Metrics, { hashing, clockAheadMs }: Application, waitingPages: WaitingPages): void {
  const aheadOfStore = { name: 'senid_clock_ahead_seconds', help: "How far the clock is ahead of the store's; negative: behind." };
  if (clockAheadMs() !== undefined)
    metrics.gauge({ ...aheadOfStore, read: () => (clockAheadMs() ?? 0) / 1000, workers: 'average' });
  metrics.gauge({ name: 'senid_hashing_waiting', help: 'Passwords that wait to be hashed.', read: hashing.waiting });
  metrics.gauge({ name: 'senid_waiting_pages', help: 'Pages that wait for a phone.', read: waitingPages.count });
}

/** Who is told of what the protocol does. */
function observeProvider(provider: Provider, { clients }: Application, logger: Logger, { metrics }: Observation): void {
  logProtocolRefusals(provider, logger);
  countProtocolEvents(provider, metrics, clients);
  provider.on('server_error', (ctx, err) => {
    const reference = ctx.state['reference'];
    // nothing of ours is wrong then: told as the pages tell it, without where it came from
    if (isStoreUnavailable(err)) logger.error({ reference, code: 'store_unavailable' }, 'refused');
    else logger.error({ err, reference }, 'protocol fault');
  });
}

/** Assembles the web application over the parts. */
export async function createWebApplication(application: Application, logger: Logger, observation: Observation) {
  const { settings, policy, clients, sealing, signIn, signals, approvals, devices, accounts, store, clock, random } = application;
  const { issuer, trustProxy, outboundPrivate } = settings;
  const staticFiles = createStaticFiles();
  const renderer = createRenderer(staticFiles.url);
  const pages = createProtocolPages({ renderer, clients, logger });
  const keyboard = await application.keyboard();
  const { router: signInPages, waitingPages } = createSignInPages({
    ...signIn,
    issuer,
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
    sealing,
    accounts,
    clients,
    devices,
    approvals,
    documents: application.documents,
    keyboard,
    limits: createDeviceApiLimits({ loopbackIsFree: settings.profile !== 'production' }),
  });
  const sender = { issuer, clock, clientCertificates: application.clientCertificates };
  const adminApi = createAdminApi({ logger, issuer, clients, registry: application.registry, sender, calls: createAdminLimit() });
  const area = { store, clock, random, sealing, accounts, issuer, renderer, forms: createFormTokens(sealing) };
  const consolePages = createConsole({
    ...area,
    registry: application.registry,
    catalogue: signIn.catalogue,
  });
  const accountPages = createAccountPages({
    ...area,
    clients,
    devices,
    documents: application.documents,
    hashing: application.hashing,
    deviceMethods: signIn.deviceMethods,
    unvouchedWaitMs: application.unvouchedWaitMs,
  });
  const registration = settings.openRegistration
    ? [
        createRegistrationRoutes({
          issuer,
          logger,
          random,
          sealing,
          registry: application.registry,
          claimsByScope: claimsByScope(signIn.catalogue),
          begins: createRegistrationLimit(),
        }),
      ]
    : [];
  const draining = createDraining();
  const health = createHealthRoutes({
    store,
    keysLoaded: () => served.keys.length > 0,
    isClockOff: () => isClockOff(clockOf(application)),
    isDraining: draining.isDraining,
  });
  const links = createLinkRoutes({ ...signIn, sealing, subjects: application.subjects, sender, calls: createLinkLimit() });
  const home = createHomeRoutes({ issuer, renderer });
  const phoneApp = createPhoneAppRoutes({ issuer, renderer, staticFiles });
  watchNumbers(observation.metrics, application, waitingPages);
  const metricsRoute = settings.profile === 'production' ? [] : [createMetricsRoute(observation.metrics)];
  const shared = {
    issuer,
    logger,
    renderer,
    clock,
    random,
    staticFiles: staticFiles.middleware,
    beginLimit: limitBegins(policy.begins, { loopbackIsFree: settings.profile !== 'production' }) as Middleware,
    draining: draining.middleware as Middleware,
    observation,
    backchannelPolicy: policy.backchannel,
    routers: [
      health,
      home,
      phoneApp,
      signInPages,
      deviceApi,
      adminApi,
      accountPages,
      consolePages,
      ...registration,
      createStaySignedIn({ clients, renderer }),
      links,
      createRecordKeysRoute({ path: recordKeysPath, clock, read: () => application.signingKeys.recordKeys() }),
      ...metricsRoute,
    ],
  };

  const keySets = createKeySets({
    clock,
    fetchText: createFetchText({ mayReachPrivate: outboundPrivate }),
    failed: (address, fault) =>
      logger.warn({ host: new URL(address).host, cause: (fault as Error).message }, 'keys could not be read'),
  });
  const reads = createRequestReads(application);
  const consumption = createConsumption({ store, random, pause: setTimeout });

  /** Everything over one set of keys, which the library fixes for a provider's life. */
  function serveWith(keys: readonly PrivateJwk[]) {
    const provider = createProvider({
      ...application.backchannel,
      reads,
      consumption,
      issuer,
      keys,
      sealing,
      subjects: application.subjects,
      matchLimit: application.matchLimit,
      pages,
      linkClaim: `${settings.claimsPrefix}service_account`,
      lives: policy.lives,
      openRegistration: settings.openRegistration,
      pause: (ms) => setTimeout(ms, undefined, { ref: false }),
      trustProxy,
      outboundPrivate,
      clientCertificates: application.clientCertificates,
      mtlsUrl: settings.mtlsUrl,
      keySets,
    });
    observeProvider(provider, application, logger, observation);
    return { keys, answer: mountServer({ ...shared, provider, consumption: consumption.middleware as Middleware }).callback() };
  }

  let served = serveWith(await application.signingKeys.load());
  const stopFollowingKeys = followSigningKeys(application.signingKeys, served.keys, {
    changed(keys) {
      // requests that run go on with what they began with; nothing of them is kept in a provider
      served = serveWith(keys);
      logger.info({ keys: keys.map(({ kid }) => kid) }, 'signing keys changed');
    },
    failed: (err) => logger.warn({ err }, 'signing keys could not be looked at'),
  });
  return {
    callback: ((request, response) => served.answer(request, response)) satisfies RequestListener,
    stop: stopFollowingKeys,
    /** Asks everybody to go on with another process. */
    drain() {
      draining.begin();
      waitingPages.moveOn();
    },
  };
}
