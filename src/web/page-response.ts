import type { Context } from 'koa';
import type { Language } from '#src/kernel/identifier.ts';
import { languageCookie, languageOf } from './language.ts';
import { contentSecurityPolicy } from './middleware/security-headers.ts';
import type { PageModels, PageName } from './pages.ts';
import type { Renderer } from './render.ts';

export interface PageOptions {
  readonly status?: number;
  readonly language?: Language;
  readonly serviceName?: string | undefined;
  /** Origins beside our own to which this page's forms may lead by redirects (browsers check the whole chain). */
  readonly formOrigins?: readonly string[];
  /** Something on it is shown this once: no way to get the page again is offered. */
  readonly shownOnce?: boolean;
}

const year = 365 * 86_400_000;

/** Remembers a language chosen with `?lang=`. */
function keepLanguage(ctx: Context, language: Language): void {
  if (ctx.query['lang'] === language)
    ctx.cookies.set(languageCookie, language, { httpOnly: true, sameSite: 'lax', maxAge: year, signed: false });
}

/** This page in the other language, for pages that can be got again: a query alone, since a path may begin with `//` and name another host. */
function otherLanguageUrl(ctx: Context, language: Language): string | undefined {
  if (ctx.method !== 'GET') return undefined;
  const query = new URLSearchParams(ctx.querystring);
  query.set('lang', language === 'vi' ? 'en' : 'vi');
  return `?${query}`;
}

/** Answers with a page of ours, never cached, with a policy that lets nothing else run. */
export function sendPage<Page extends PageName>(
  ctx: Context,
  renderer: Renderer,
  page: Page,
  model: PageModels[Page],
  options: PageOptions = {},
): void {
  const language = options.language ?? languageOf(ctx);
  keepLanguage(ctx, language);
  ctx.status = options.status ?? 200;
  ctx.type = 'html';
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Content-Language', language);
  ctx.set('Content-Security-Policy', contentSecurityPolicy(options.formOrigins));
  ctx.body = renderer.render(page, model, {
    language,
    otherLanguageUrl: options.shownOnce === true ? undefined : otherLanguageUrl(ctx, language),
    serviceName: options.serviceName,
    reference: String(ctx.state['reference'] ?? ''),
  });
}
