import type Router from '@koa/router';
import type { Middleware } from 'koa';
import compose from 'koa-compose';
import type { Provider } from 'oidc-provider';
import type { Logger } from 'pino';
import type { Clock } from './kernel/clock.ts';
import type { Random } from './kernel/random.ts';
import type { Metrics } from './observation/metrics.ts';
import { traceRequests } from './observation/tracing.ts';
import { errorPages } from './web/middleware/errors.ts';
import { oneSpelling } from './web/middleware/one-spelling.ts';
import { plainBodies } from './web/middleware/plain-bodies.ts';
import { requestLog, routeOf } from './web/middleware/request-log.ts';
import { securityHeaders } from './web/middleware/security-headers.ts';
import { storeUnavailableAnswers } from './web/middleware/store-unavailable.ts';
import { backchannelInterval } from './web/protocol/backchannel-interval.ts';
import { handOver } from './web/protocol/hand-over.ts';
import { interactionIdEcho } from './web/protocol/interaction-id-echo.ts';
import { noUserCode } from './web/protocol/no-user-code.ts';
import { postAsGet } from './web/protocol/post-as-get.ts';
import type { Renderer } from './web/render.ts';

/** Who is told of every request. */
export interface Observation {
  readonly metrics: Metrics;
  readonly isTraced: boolean;
}

export interface ServerParts {
  readonly issuer: string;
  readonly provider: Provider;
  readonly logger: Logger;
  readonly renderer: Renderer;
  readonly clock: Clock;
  readonly random: Random;
  readonly staticFiles: Middleware;
  readonly beginLimit: Middleware;
  readonly draining: Middleware;
  /** Gives back what a request that failed has consumed. */
  readonly consumption: Middleware;
  readonly observation: Observation;
  readonly backchannelPolicy: { readonly pollSeconds: number };
  readonly routers: readonly Router[];
}

/** Paths of the protocol that answer to HEAD and GET alike have no body to lose. */
const posted = new Set(['/auth', '/session/end']);

/** Our own routes; the protocol's requests, the busiest by far, pass them by. */
function forPages(routers: readonly Router[]): Middleware {
  const ours =
    /^\/(interaction|device|admin|account|console|livez|readyz|app|q|reg|metrics|links|jwks\/records|session\/end\/stay)?(\/|$)/;
  const routes = compose(routers.map((router) => router.routes() as Middleware));
  return (ctx, next) => (ours.test(ctx.path) ? routes(ctx, next) : next());
}

/** Top to bottom = the way of a request. The provider itself is the koa application; what it does not route falls through to 404. */
export function mountServer({
  provider,
  issuer,
  logger,
  renderer,
  staticFiles,
  beginLimit,
  draining,
  consumption,
  observation,
  backchannelPolicy,
  routers,
  ...sources
}: ServerParts): Provider {
  provider.use(requestLog(logger, observation.metrics, sources) as never);
  if (observation.isTraced) provider.use(traceRequests(routeOf) as never);
  provider.use(draining as never);
  provider.use(securityHeaders(issuer) as never);
  provider.use(errorPages(renderer, logger) as never);
  provider.use(oneSpelling as never);
  provider.use(plainBodies as never);
  provider.use(storeUnavailableAnswers(provider) as never);
  provider.use(consumption as never);
  provider.use(staticFiles as never);
  provider.use(forPages(routers) as never);
  provider.use(beginLimit as never);
  provider.use(postAsGet(posted) as never);
  provider.use(handOver(renderer) as never);
  provider.use(interactionIdEcho as never);
  provider.use(backchannelInterval(backchannelPolicy) as never);
  provider.use(noUserCode as never);
  provider.silent = true;
  return provider;
}
