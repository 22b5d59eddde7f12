import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import type { Context } from 'koa';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { type AreaSession, createAreaSessions } from '#src/area-sessions/area-sessions.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { sendPage } from '../page-response.ts';
import { type FormFields, formFields } from '../sign-in/form-fields.ts';
import { takeCall } from '../take-call.ts';
import { beginSignIn, type NeededProof } from './begin-sign-in.ts';
import { finishSignIn, setSessionCookie } from './finish-sign-in.ts';
import type { AreaParts, AreaSettings, AreaWorkings } from './parts.ts';

/** A request of somebody who is in the area. */
export interface AreaRequest {
  readonly ctx: Context;
  readonly session: AreaSession;
  /** For every form of the page. */
  readonly csrf: string;
  /** What the page before wanted to be said; once. */
  readonly said: string | undefined;
  /** Of a form whose token was right. */
  readonly fields: FormFields;
  /** Sends the browser to a page of the area, which says something once. */
  goTo(path: string, say?: string): Promise<void>;
  /** Asks for a stronger or newer proof first. */
  prove(proof: NeededProof): Promise<void>;
  /** This browser is in the area no longer; the session itself has ended already. */
  leave(): void;
  /** Goes on after everything of the account was ended from here; what is said next is for the session that this begins. */
  goOn(account: Pick<AreaSession['account'], 'id' | 'validFrom'>, path: string, say: string): Promise<void>;
}

export interface OwnArea {
  readonly router: Router;
  page(path: string, show: (request: AreaRequest) => Promise<void>): void;
  /** A form that was sent; what it answers is a page, or `goTo`. */
  form(path: string, take: (request: AreaRequest) => Promise<void>): void;
}

/** A web area whose people sign in by SenID itself. */
export function createOwnArea(parts: AreaParts, settings: AreaSettings): OwnArea {
  const { path, clientId } = settings;
  const cookie = clientId.replace('-', '_');
  const sessions = createAreaSessions(parts, clientId, settings.leastAcr, settings.limits);
  const area: AreaWorkings = { ...parts, settings, sessions, cookie };
  const router = new Router();
  const calls = new RateLimiterMemory({ keyPrefix: clientId, points: settings.callsPerMinute, duration: 60 });
  const readForm = bodyParser({ enableTypes: ['form'], formLimit: '64kb', encoding: 'utf-8' });
  const cookieOf = (ctx: Context): string | undefined => ctx.cookies.get(cookie, { signed: true });
  const csrfSubject = (session: AreaSession): string => `${clientId}/${session.id}`;

  function requestOf(ctx: Context, session: AreaSession): AreaRequest {
    return {
      ctx,
      session,
      csrf: parts.forms.issue(csrfSubject(session)),
      said: session.said,
      fields: formFields(ctx),
      async goTo(to, say) {
        if (say !== undefined) await sessions.say(session.id, say);
        ctx.status = 303;
        ctx.redirect(to);
      },
      leave: () => void ctx.cookies.set(cookie, null, { path }),
      prove: (proof) => beginSignIn(area, ctx, proof),
      async goOn(account, to, say) {
        const next = await sessions.goOn(cookieOf(ctx), account);
        if (next === undefined) throw new DomainError('area_sign_in_over');
        setSessionCookie(area, ctx, next);
        const { session: begun } = await sessions.find(next);
        if (begun !== undefined) await sessions.say(begun.id, say);
        ctx.status = 303;
        ctx.redirect(to);
      },
    };
  }

  router.get(`${path}/signed-in`, (ctx) => {
    ctx.state['startUrl'] = path;
    return finishSignIn(area, ctx);
  });
  router.get(`${path}/signed-out`, (ctx) => sendPage(ctx, parts.renderer, 'area-signed-out', { startUrl: path }));
  const own: OwnArea = {
    router,
    page(at, show) {
      router.get(path + at, async (ctx) => {
        const { session } = await sessions.find(cookieOf(ctx));
        if (session === undefined) return beginSignIn(area, ctx);
        await takeCall(calls, session.account.id);
        if (session.said !== undefined) await sessions.forgetSaid(session.id);
        await show(requestOf(ctx, session));
      });
    },
    form(at, take) {
      router.post(path + at, readForm, async (ctx) => {
        const { session } = await sessions.find(cookieOf(ctx));
        if (session === undefined) {
          ctx.state['startUrl'] = path;
          throw new DomainError('area_sign_in_over');
        }
        await takeCall(calls, session.account.id);
        const request = requestOf(ctx, session);
        if (!parts.forms.isValid(csrfSubject(session), request.fields.text('csrf'))) throw new DomainError('form_expired');
        await take(request);
      });
    },
  };
  own.form('/sign-out', async ({ ctx }) => {
    await sessions.end(cookieOf(ctx));
    ctx.cookies.set(cookie, null, { path });
    const back = new URLSearchParams({
      client_id: clientId,
      post_logout_redirect_uri: `${parts.issuer}${path}/signed-out`,
    });
    ctx.status = 303;
    ctx.redirect(`/session/end?${back}`);
  });
  return own;
}
