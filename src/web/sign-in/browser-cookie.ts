import type { Context } from 'koa';
import { randomIdentifier } from '#src/kernel/random.ts';
import { browserCookie } from '#src/oidc/request-browser.ts';
import { type BrowserKey, browserKeyOf } from '#src/sign-in/known-browsers.ts';
import type { SignInPageParts } from './parts.ts';

const year = 365 * 86_400_000;

/** The browser's cookie as the request brought it. */
export const browserKey = (ctx: Context): string | undefined => {
  const cookie = ctx.cookies.get(browserCookie, { signed: true });
  return cookie === undefined ? undefined : browserKeyOf(cookie);
};

/** Gives the browser a random name of its own at its first sign-in, so that it is known again. */
export function ensureBrowserKey(parts: SignInPageParts, ctx: Context): BrowserKey {
  const known = browserKey(ctx);
  if (known !== undefined) return { key: known, isFirst: false };
  const cookie = randomIdentifier(parts.random, 256);
  ctx.cookies.set(browserCookie, cookie, { signed: true, httpOnly: true, sameSite: 'lax', maxAge: year });
  return { key: browserKeyOf(cookie), isFirst: true };
}
