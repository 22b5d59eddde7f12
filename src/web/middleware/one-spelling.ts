import type { Context, Next } from 'koa';
import { DomainError } from '#src/kernel/domain-error.ts';

/** Names of routes are lower case; what follows (identifiers, assets) is told apart by case. */
const routeNames =
  /^\/(auth|token|me|jwks|session|interaction|device|admin|account|console|app|q|livez|readyz|metrics|links|request|backchannel|reg|\.well-known)(?=\/|$)/i;

/** Addresses that programs call all day: right as they are, so not looked at further. */
const busiest = new Set(['/token', '/me', '/token/introspection', '/auth', '/jwks']);

/**
 * One address for one thing: the library's router takes any case and a trailing slash, and every rule of ours that names a path would be
 * passed by the other spellings.
 */
export function oneSpelling({ path }: Context, next: Next): Promise<void> {
  if (busiest.has(path)) return next();
  const [name] = routeNames.exec(path) ?? [];
  const isOdd = name !== undefined && (name !== name.toLowerCase() || path.endsWith('/') || path.includes('//'));
  if (isOdd || (/^\/(session|token|\.well-known)\//i.test(path) && path !== path.toLowerCase()))
    throw new DomainError('page_not_found');
  return next();
}
