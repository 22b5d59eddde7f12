import Router from '@koa/router';
import type { Context, Next } from 'koa';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { z } from 'zod';
import { catalogue, isErrorCode } from '#src/errors/catalogue.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { readBody } from '../device-api/call.ts';
import { requireCaller } from './caller.ts';
import { openApiDocument } from './openapi.ts';
import { type AdminCall, type Operation, queryOf } from './operation.ts';
import { operations } from './operations.ts';
import type { AdminApiParts } from './parts.ts';

const prefix = '/admin/v1';
const callsPerMinute = 600;

export const createAdminLimit = (): RateLimiterMemory =>
  new RateLimiterMemory({ keyPrefix: 'admin', points: callsPerMinute, duration: 60 });

/** Programs read these answers, and whoever may call here may know which member was wrong. @see RFC 9457 */
const asAdmin =
  ({ logger }: AdminApiParts) =>
  async (ctx: Context, next: Next): Promise<void> => {
    ctx.set('Cache-Control', 'no-store');
    // what is thrown further is a fault, and answered to a program too
    ctx.request.headers['accept'] = 'application/json';
    try {
      await next();
    } catch (thrown) {
      if (!(thrown instanceof DomainError) || !isErrorCode(thrown.code)) throw thrown;
      const { code, detail, retryAfterSeconds } = thrown;
      const { status, title, log } = catalogue[thrown.code];
      const reference: unknown = ctx.state['reference'];
      logger[log]({ reference, code, detail }, 'refused');
      if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
      ctx.status = status;
      ctx.type = 'application/problem+json';
      const told = detail === undefined ? {} : { detail };
      ctx.body = JSON.stringify({ type: `urn:senid:error:${code}`, title: title.en, status, code, ...told, reference });
    }
  };

/** Reads a part of a call by its shape. @throws {DomainError} `request_malformed`, the detail naming the member */
function read(shape: z.ZodType | undefined, given: unknown, part: string): Readonly<Record<string, unknown>> {
  if (shape === undefined) return {};
  const parsed = shape.safeParse(given);
  if (parsed.success) return parsed.data as Readonly<Record<string, unknown>>;
  const [issue] = parsed.error.issues;
  const member = issue?.path.join('.') || part;
  throw new DomainError('request_malformed', { detail: `${member}: ${issue?.message ?? 'not valid'}` });
}

/** The state that `If-Match` names; `*` is any, which is not enough where one must have been looked at. @throws {DomainError} `precondition_missing`, `request_malformed` */
function versionOf(ctx: Context, { version: kind }: Operation): string | undefined {
  const given = ctx.get('If-Match');
  if ((given === '' || given === '*') && kind === 'needed') throw new DomainError('precondition_missing');
  if (given === '' || given === '*') return undefined;
  const [, version] = /^"([0-9a-z.]{1,40})"$/.exec(given) ?? [];
  if (version === undefined) throw new DomainError('request_malformed', { detail: 'If-Match: expected one strong ETag' });
  return version;
}

async function callOf(parts: AdminApiParts, ctx: Context, operation: Operation): Promise<AdminCall> {
  const by = await requireCaller(parts, ctx);
  const { body } = operation.body === undefined ? { body: undefined } : await readBody(ctx);
  const { id = '', part = '' } = ctx['params'] as { id?: string; part?: string };
  return {
    by,
    id,
    part,
    query: read(queryOf(operation), { ...ctx.query }, 'query'),
    body: read(operation.body, operation.bodyMayBeAbsent === true ? (body ?? {}) : body, 'body'),
    version: versionOf(ctx, operation),
  };
}

/** `/admin/v1`: the registry of services for internal services, the web console among them. */
export function createAdminApi(parts: AdminApiParts): Router {
  const router = new Router();
  const document = openApiDocument(parts.issuer);
  const answering = asAdmin(parts) as never;
  router.get(`${prefix}/openapi.json`, (ctx) => {
    ctx.body = document;
  });
  for (const operation of operations)
    router[operation.method](prefix + operation.path, answering, async (ctx: Context) => {
      const { body, etag, location } = await operation.handle(parts.registry, await callOf(parts, ctx, operation));
      ctx.status = operation.status;
      if (etag !== undefined) ctx.set('ETag', `"${etag}"`);
      if (location !== undefined) ctx.set('Location', parts.issuer + prefix + location);
      if (body !== undefined) ctx.body = body;
    });
  router.all(`${prefix}/{*rest}`, answering, () => {
    throw new DomainError('page_not_found');
  });
  return router;
}
