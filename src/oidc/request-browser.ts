import Bowser from 'bowser';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { withoutHost } from '#src/kernel/networks.ts';
import type { JourneyProgress } from '#src/sign-in/collections.ts';
import { browserKeyOf } from '#src/sign-in/known-browsers.ts';

/** The long-lived random cookie by which a browser is known again. */
export const browserCookie = 'senid_browser';

/** `Firefox on Windows`, from the User-Agent; empty when it says nothing. */
function browserName(userAgent: string): string {
  if (userAgent === '') return '';
  const { browser, os } = Bowser.parse(userAgent.slice(0, 500));
  return [browser.name, os.name].filter(Boolean).join(' on ');
}

/** Which browser a request comes from. */
export function browserOf(ctx: KoaContextWithOIDC): NonNullable<JourneyProgress['from']> {
  const cookie = ctx.cookies.get(browserCookie, { signed: true });
  return {
    browser: browserName(ctx.get('user-agent')),
    address: withoutHost(ctx.ip),
    browserKey: cookie === undefined ? undefined : browserKeyOf(cookie),
  };
}
