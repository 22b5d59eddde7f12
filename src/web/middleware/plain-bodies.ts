import type { Context, Next } from 'koa';
import { DomainError } from '#src/kernel/domain-error.ts';

/** No endpoint takes compressed bodies: a small one may unpack to a large one, and nothing that calls us sends them. */
export function plainBodies(ctx: Context, next: Next): Promise<void> {
  const encoding = ctx.req.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') throw new DomainError('body_encoding_unsupported');
  return next();
}
