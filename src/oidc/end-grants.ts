import type { Context, Next } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Store } from '#src/kernel/store.ts';
import { grants } from './collections.ts';

interface GrantPayload {
  readonly openid?: { readonly scope?: string };
}

/**
 * Sign-out ends every grant of the session, and with it every code and token that names it; a grant with `offline_access` was given for
 * the time nobody is signed in and stays.
 */
export function endGrantsWithSession(store: Store, confirmPath: string) {
  async function signOut(ctx: Context, next: Next): Promise<void> {
    await next();
    const { session } = (ctx as unknown as KoaContextWithOIDC).oidc;
    if (session === undefined || (session as { destroyed?: boolean }).destroyed !== true) return;
    const ids = Object.values(session.authorizations ?? {}).flatMap(({ grantId }) => grantId ?? []);
    for (const { id, payload } of await store.getMany(grants, ids)) {
      const scopes = (payload as GrantPayload).openid?.scope?.split(' ') ?? [];
      if (!scopes.includes('offline_access')) await store.remove(grants, id);
    }
  }
  return (ctx: Context, next: Next): Promise<void> => (ctx.path === confirmPath ? signOut(ctx, next) : next());
}
