import type { Context } from 'koa';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { InteractionDocument } from '#src/sign-in/collections.ts';
import { findJourney } from '#src/sign-in/progress.ts';
import type { SignInPageParts } from './parts.ts';

/**
 * The uid of the pages in `/interaction/<uid>`. The cookie ties them to the browser that began: a link started by someone else can never
 * sign that someone in.
 * @throws {DomainError} `interaction_elsewhere` in another browser
 */
export function requireOwnBrowser({ provider }: SignInPageParts, ctx: Context): string {
  const uid = String(ctx['params'].uid);
  const cookie = provider.createContext(ctx.req, ctx.res).cookies.get(provider.cookieName('interaction'), { signed: true });
  if (cookie !== uid) throw new DomainError('interaction_elsewhere');
  return uid;
}

/**
 * The journey behind `/interaction/<uid>`.
 * @throws {DomainError} `interaction_elsewhere` in another browser, `interaction_expired` when it is over
 */
export async function requireJourney(parts: SignInPageParts, ctx: Context): Promise<InteractionDocument> {
  const document = await findJourney(parts.store, requireOwnBrowser(parts, ctx));
  if (document === undefined || document.takenUp === true) throw new DomainError('interaction_expired');
  return document;
}
