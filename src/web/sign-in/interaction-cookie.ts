import type { Context } from 'koa';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { InteractionDocument } from '#src/sign-in/collections.ts';
import { findJourney } from '#src/sign-in/progress.ts';
import type { SignInPageParts } from './parts.ts';

/** The cookie ties the pages to the browser that began: a link started by someone else can never sign that someone in. */
function requireOwnBrowser({ provider }: SignInPageParts, ctx: Context, uid: string): void {
  const cookie = provider.createContext(ctx.req, ctx.res).cookies.get(provider.cookieName('interaction'), { signed: true });
  if (cookie !== uid) throw new DomainError('interaction_elsewhere');
}

/**
 * The journey behind `/interaction/<uid>`.
 * @throws {DomainError} `interaction_elsewhere` in another browser, `interaction_expired` when it is over
 */
export async function requireJourney(parts: SignInPageParts, ctx: Context): Promise<InteractionDocument> {
  const uid = String(ctx['params'].uid);
  requireOwnBrowser(parts, ctx, uid);
  const document = await findJourney(parts.store, uid);
  if (document === undefined) throw new DomainError('interaction_expired');
  return document;
}
