import type { Context, Next } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Store } from '#src/kernel/store.ts';
import { grants } from './collections.ts';
import { grantsEndingWith } from './session-grants.ts';

type Session = KoaContextWithOIDC['oidc']['session'] & { readonly destroyed?: boolean };

/**
 * Sign-out ends the grants of the session, and with them every code and token that names one; what was granted for the time nobody is
 * signed in (`offline_access`) stays.
 */
export function endGrantsWithSession(store: Store, confirmPath: string) {
  async function signOut(ctx: Context, next: Next): Promise<void> {
    await next();
    const session = (ctx as unknown as KoaContextWithOIDC).oidc.session as Session | undefined;
    if (session?.destroyed !== true) return;
    await Promise.all(grantsEndingWith(session).map((id) => store.remove(grants, id)));
  }
  return (ctx: Context, next: Next): Promise<void> => (ctx.path === confirmPath ? signOut(ctx, next) : next());
}
