import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import type { Actor } from '#src/clients/actor.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { RegistrationParts } from './parts.ts';

/** A service that has registered itself is its own manager. */
export const registrantOf = (id: string): Actor => ({ id: `registration:${id}`, roles: ['manager'], via: 'dynamic registration' });

/** Opens one registration; identifiers are made here and never the same twice, so nothing has to be stored. */
export const registrationToken = ({ sealing }: Pick<RegistrationParts, 'sealing'>, id: string): string =>
  sealing.blindIndex('registration-access', id);

/**
 * Who holds the token of a service that registered itself, and still is in the sandbox; all others are answered alike.
 * @throws {DomainError} `registration_token_invalid`
 */
export async function requireRegistrant(parts: RegistrationParts, ctx: Context, id: string): Promise<Actor> {
  const [, token = ''] = /^Bearer ([A-Za-z0-9_-]{1,200})$/i.exec(ctx.get('Authorization')) ?? [];
  const [given, expected] = [Buffer.from(token), Buffer.from(registrationToken(parts, id))];
  const invalid = new DomainError('registration_token_invalid');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw invalid;
  const standing = await parts.registry.standing(id).catch((refused: unknown) => {
    if (refused instanceof DomainError) throw invalid;
    throw refused;
  });
  const by = registrantOf(id);
  if (standing.state !== 'sandbox' || !standing.managers.includes(by.id)) throw invalid;
  return by;
}
