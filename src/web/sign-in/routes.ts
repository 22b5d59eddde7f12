import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import { DomainError } from '#src/kernel/domain-error.ts';
import { qrSvg } from '../qr-image.ts';
import { act } from './actions.ts';
import { advance, goOn } from './advance.ts';
import { formFields } from './form-fields.ts';
import { probesCookies, requireJourney, requireOwnBrowser } from './interaction-cookie.ts';
import type { SignInPageParts } from './parts.ts';
import { readPasswordEntry, takeFirstPassword } from './password-entry.ts';
import { framesOf } from './qr-page.ts';
import { createWaitingPages, type WaitingPages } from './waiting-pages.ts';

/** The pages of one sign-in, all under `/interaction/<uid>`, the path of the cookie that opens them. */
export function createSignInPages(parts: SignInPageParts): { readonly router: Router; readonly waitingPages: WaitingPages } {
  const router = new Router();
  const waitingPages = createWaitingPages(parts);
  const form = bodyParser({ enableTypes: ['form'], formLimit: '32kb', encoding: 'utf-8' });

  router.get('/interaction/:uid', async (ctx) => {
    if (probesCookies(ctx)) return;
    const document = await requireJourney(parts, ctx);
    await advance(parts, ctx, document, { byPhone: ctx.query['way'] === 'qr' });
  });

  router.post('/interaction/:uid', form, async (ctx) => {
    const uid = requireOwnBrowser(ctx);
    const fields = formFields(ctx);
    if (!parts.forms.isValid(uid, fields.text('csrf'))) throw new DomainError('form_expired');
    const entry = await readPasswordEntry(parts, ctx, fields);
    const moved = await takeFirstPassword(parts, uid, entry);
    if (moved !== undefined) await goOn(parts, ctx, moved, 'account' in entry ? { account: entry.account } : {});
    else await act(parts, ctx, await requireJourney(parts, ctx), fields, entry);
  });

  router.get('/interaction/:uid/events', async (ctx) => {
    await waitingPages.open(ctx, await requireJourney(parts, ctx));
  });

  router.get('/interaction/:uid/qr.svg', async (ctx) => {
    const text = framesOf(parts, await requireJourney(parts, ctx), '*')();
    if (text === undefined) throw new DomainError('interaction_expired');
    ctx.set('Cache-Control', 'no-store');
    ctx.type = 'image/svg+xml';
    ctx.body = qrSvg(text);
  });

  return { router, waitingPages };
}
