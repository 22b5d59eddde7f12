import type { Context } from 'koa';
import type { Language } from '#src/kernel/identifier.ts';

/** The person's own choice, made with the switch in the top bar. */
export const languageCookie = 'senid_language';

const known = (tag: string | undefined): Language | undefined => {
  const language = tag?.toLowerCase().split('-')[0];
  return language === 'vi' || language === 'en' ? language : undefined;
};

/** The person's choice, then `ui_locales`, then `Accept-Language`, else Vietnamese. @see OpenID Connect Core 1.0, 3.1.2.1 */
export function languageOf(ctx: Context, uiLocales?: string): Language {
  const chosen = known(typeof ctx.query['lang'] === 'string' ? ctx.query['lang'] : ctx.cookies.get(languageCookie));
  if (chosen !== undefined) return chosen;
  for (const tag of uiLocales?.split(' ') ?? []) {
    const asked = known(tag);
    if (asked !== undefined) return asked;
  }
  return known(ctx.acceptsLanguages('vi', 'en') || undefined) ?? 'vi';
}
