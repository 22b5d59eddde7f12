import type { Context } from 'koa';
import type { Actor, Role } from '#src/clients/actor.ts';
import { isOurs } from '#src/clients/client.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { findServiceToken, presentedToken, tokenChallenge } from '#src/oidc/service-token.ts';
import { takeCall } from '../take-call.ts';
import type { AdminApiParts } from './parts.ts';

/** What each scope lets a client do; with any of them it may read. */
export const roleOfScope = {
  'services.read': undefined,
  'services.manage': 'manager',
  'services.review': 'reviewer',
  'services.operate': 'operator',
} as const satisfies Record<string, Role | undefined>;

/** Names the person for whom an internal service acts: its own name for them, for the history. Where two people are needed it names nobody else (`isOnePair`). */
export const actingForHeader = 'Senid-Acting-For';
export const actingForShape = /^[A-Za-z0-9._@-]{1,64}$/;

function refused(ctx: Context, code: 'admin_token_missing' | 'admin_token_invalid'): DomainError {
  ctx.set('WWW-Authenticate', code === 'admin_token_missing' ? 'Bearer, DPoP' : tokenChallenge);
  return new DomainError(code);
}

/**
 * Who calls: an internal service by a token of its own, that is registered for the scopes of this API now.
 * @throws {DomainError} `admin_token_missing`, `admin_token_invalid`, `admin_scope_missing`, `rate_limited`
 */
export async function requireCaller({ clients, calls, sender }: AdminApiParts, ctx: Context): Promise<Actor> {
  if (presentedToken(ctx) === undefined) throw refused(ctx, 'admin_token_missing');
  const token = await findServiceToken(sender, ctx);
  const found = token && (await clients.find(token.clientId));
  if (token === undefined || found === undefined || !isOurs(found.client)) throw refused(ctx, 'admin_token_invalid');
  await takeCall(calls, token.clientId);
  const allowed = new Set(found.client.policy.allowedScopes ?? String(found.client.metadata['scope'] ?? '').split(' '));
  const held = Object.entries(roleOfScope).filter(([scope]) => token.scopes.has(scope) && allowed.has(scope));
  if (held.length === 0) throw new DomainError('admin_scope_missing', { detail: Object.keys(roleOfScope).join(', ') });
  const person = ctx.get(actingForHeader);
  if (person !== '' && !actingForShape.test(person)) throw new DomainError('request_malformed', { detail: actingForHeader });
  return {
    id: `client:${token.clientId}${person === '' ? '' : `/${person}`}`,
    roles: held.flatMap(([, role]) => role ?? []),
    via: 'admin api',
  };
}
