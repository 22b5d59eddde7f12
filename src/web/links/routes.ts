import Router from '@koa/router';
import type { Context, Next } from 'koa';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { z } from 'zod';
import type { SubjectIdentifiers } from '#src/accounts/subject-identifier.ts';
import type { ClientDirectory } from '#src/clients/ports.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { visibleLine } from '#src/kernel/visible-line.ts';
import { endServiceLink, findServiceLink } from '#src/links/end-link.ts';
import { type LinkParts, requestLink } from '#src/links/link-requests.ts';
import { findServiceToken, type ServiceTokenParts, tokenChallenge } from '#src/oidc/service-token.ts';
import { readBody, shaped } from '../device-api/call.ts';
import { takeCall } from '../take-call.ts';

export interface LinkRouteParts extends LinkParts {
  readonly clients: ClientDirectory;
  readonly subjects: SubjectIdentifiers;
  /** What a bound token's proof is measured against. */
  readonly sender: ServiceTokenParts;
  /** Calls of one service. */
  readonly calls: RateLimiterMemory;
}

const callsPerMinute = 600;

export const createLinkLimit = (): RateLimiterMemory =>
  new RateLimiterMemory({ keyPrefix: 'links', points: callsPerMinute, duration: 60 });

/** What the person is asked about. */
const line = z.string().normalize('NFC').trim().min(1).max(100).regex(visibleLine);
const reference = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x21-\x7e]+$/);
const request = z.strictObject({ reference, label: line });

async function asProgram(ctx: Context, next: Next): Promise<void> {
  ctx.request.headers['accept'] = 'application/json';
  ctx.set('Cache-Control', 'no-store');
  await next();
}

/** The service behind a call; one without a token is told which kind it needs. @see RFC 6750, 3 */
async function caller(parts: LinkRouteParts, ctx: Context): Promise<string> {
  const token = await findServiceToken(parts.sender, ctx);
  if (token !== undefined && (await parts.clients.find(token.clientId)) !== undefined) {
    await takeCall(parts.calls, token.clientId);
    return token.clientId;
  }
  ctx.set('WWW-Authenticate', tokenChallenge);
  throw new DomainError('client_token_invalid');
}

const referenceOf = (ctx: Context): string => shaped(reference, String(ctx['params'].reference));

/** Asking for a link, looking one up and ending it, for a service about its own accounts alone. */
export function createLinkRoutes(parts: LinkRouteParts): Router {
  const router = new Router();
  router.post('/links', asProgram as never, async (ctx: Context) => {
    const clientId = await caller(parts, ctx);
    const { link, expiresAt } = await requestLink(parts, clientId, shaped(request, (await readBody(ctx)).body));
    ctx.status = 201;
    ctx.body = { link, expires_at: new Date(expiresAt).toISOString() };
  });
  router.get('/links/:reference', asProgram as never, async (ctx: Context) => {
    const clientId = await caller(parts, ctx);
    const { accountId, linkedAt } = await findServiceLink(parts, clientId, referenceOf(ctx));
    const client = (await parts.clients.find(clientId))?.client;
    if (client === undefined) throw new DomainError('client_token_invalid');
    const sub = client.subjectType === 'pairwise' ? parts.subjects.subjectOf(accountId, client) : accountId;
    ctx.body = { reference: referenceOf(ctx), sub, linked_at: new Date(linkedAt).toISOString() };
  });
  router.delete('/links/:reference', asProgram as never, async (ctx: Context) => {
    await endServiceLink(parts, await caller(parts, ctx), referenceOf(ctx));
    ctx.status = 204;
  });
  return router;
}
