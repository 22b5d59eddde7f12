import Router from '@koa/router';
import type { Context, Next } from 'koa';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Actor } from '#src/clients/actor.ts';
import { catalogue, isErrorCode } from '#src/errors/catalogue.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { subscriberOf } from '#src/kernel/networks.ts';
import { randomIdentifier } from '#src/kernel/random.ts';
import { readBody } from '../device-api/call.ts';
import type { RegistrationParts } from './parts.ts';
import { registrantOf, registrationToken, requireRegistrant } from './registrant.ts';
import { readSentMetadata } from './sent-metadata.ts';

const path = '/reg';
const registrationsAnHour = 60;

export const createRegistrationLimit = (): RateLimiterMemory =>
  new RateLimiterMemory({ keyPrefix: 'reg', points: registrationsAnHour, duration: 3600 });

async function takeBegin({ begins }: RegistrationParts, { ip }: Context): Promise<void> {
  try {
    await begins.consume(subscriberOf(ip));
  } catch (full) {
    if (!(full instanceof RateLimiterRes)) throw full;
    throw new DomainError('rate_limited', { retryAfterSeconds: Math.max(1, Math.ceil(full.msBeforeNext / 1000)) });
  }
}

/** The errors of the RFC. @see RFC 7591, 3.2.2; RFC 7592, 2 */
function errorOf(code: string, detail = ''): string {
  if (code === 'registration_token_invalid') return 'invalid_token';
  return detail.startsWith('redirect_uris') ? 'invalid_redirect_uri' : 'invalid_client_metadata';
}

const asRegistration =
  ({ logger }: RegistrationParts) =>
  async (ctx: Context, next: Next): Promise<void> => {
    ctx.set('Cache-Control', 'no-store');
    ctx.request.headers['accept'] = 'application/json';
    try {
      await next();
    } catch (thrown) {
      if (!(thrown instanceof DomainError) || !isErrorCode(thrown.code)) throw thrown;
      const { code, detail, retryAfterSeconds } = thrown;
      const { status, title, log } = catalogue[thrown.code];
      logger[log]({ reference: ctx.state['reference'], code, detail }, 'refused');
      if (status === 401) ctx.set('WWW-Authenticate', 'Bearer error="invalid_token"');
      if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
      ctx.status = status === 401 || status === 429 ? status : 400;
      ctx.body = { error: errorOf(code, detail), error_description: detail ?? title.en };
    }
  };

/** What is registered, with the way to it. @see RFC 7591, 3.2.1; RFC 7592, 3 */
async function answer(parts: RegistrationParts, id: string, secret?: string): Promise<object> {
  const { state: _s, waiting: _w, updated_at: _u, ...registered } = await parts.registry.show(id);
  return {
    ...registered,
    ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
    registration_access_token: registrationToken(parts, id),
    registration_client_uri: `${parts.issuer}${path}/${id}`,
  };
}

/** `/reg`, for a sandbox. */
export function createRegistrationRoutes(parts: RegistrationParts): Router {
  const router = new Router();
  const answering = asRegistration(parts) as never;

  async function propose(ctx: Context, id: string, by: Actor, isNew: boolean): Promise<void> {
    const { body } = await readBody(ctx);
    const json = readSentMetadata(body, id, parts.claimsByScope);
    const { client_secret: secret } = await parts.registry.propose(json, by, { isNew });
    ctx.status = isNew ? 201 : 200;
    ctx.body = await answer(parts, id, secret);
  }

  router.post(path, answering, async (ctx: Context) => {
    await takeBegin(parts, ctx);
    const id = `sandbox-${randomIdentifier(parts.random, 96)}`;
    await propose(ctx, id, registrantOf(id), true);
  });
  const idOf = (ctx: Context): string => String((ctx['params'] as { id?: string }).id);
  router.get(`${path}/:id`, answering, async (ctx: Context) => {
    await requireRegistrant(parts, ctx, idOf(ctx));
    ctx.body = await answer(parts, idOf(ctx));
  });
  router.put(`${path}/:id`, answering, async (ctx: Context) => {
    await takeBegin(parts, ctx);
    await propose(ctx, idOf(ctx), await requireRegistrant(parts, ctx, idOf(ctx)), false);
  });
  router.delete(`${path}/:id`, answering, async (ctx: Context) => {
    const by = await requireRegistrant(parts, ctx, idOf(ctx));
    // what was registered stays in the history; nothing of it works, and its token opens nothing
    await parts.registry.suspend(idOf(ctx), { ...by, roles: ['reviewer'] }, { reason: 'deleted by whoever registered it' });
    ctx.status = 204;
  });
  return router;
}
