import { bodyParser } from '@koa/bodyparser';
import type Router from '@koa/router';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { subscriberOf } from '#src/kernel/networks.ts';
import { type AreaRequest, createOwnArea } from '../own-service/area.ts';
import type { AreaSettings } from '../own-service/parts.ts';
import { formFields } from '../sign-in/form-fields.ts';
import { takeCall } from '../take-call.ts';
import { showConsents, takeUnlink, takeWithdrawal } from './consents-page.ts';
import { showData, takeData } from './data-page.ts';
import { showDevices, showNewDevice, showRemoval, takeNewDevice, takeRemoval, takeRename } from './devices-page.ts';
import { showDocuments, takeDocument, takeDocumentRemoval } from './documents-page.ts';
import { showFeedback, takeFeedback } from './feedback-page.ts';
import { showHistory, takeNotMe, takeTicketLock } from './history-page.ts';
import { showLock, takeLock } from './lock-page.ts';
import { showOverview } from './overview-page.ts';
import type { AccountParts } from './parts.ts';
import {
  showNewPasskey,
  showPasskeyRemoval,
  showPasskeys,
  takeNewPasskey,
  takePasskeyName,
  takePasskeyRemoval,
} from './passkeys-page.ts';
import { showPassword, takePassword } from './password-page.ts';
import { showSessions, takeOthersEnd, takeSessionEnd } from './sessions-page.ts';

const minuteMs = 60_000;

/** Half an hour idle, half a day in all, as long as level 1 lasts. What is grave asks for a fresh proof by itself (`proof.ts`). */
const accountSettings: AreaSettings = {
  clientId: 'senid-account',
  path: '/account',
  leastAcr: 'urn:senid:acr:id1-auth1',
  limits: { idleMs: 30 * minuteMs, absoluteMs: 12 * 60 * minuteMs, proofSeconds: 12 * 3600 },
  callsPerMinute: 300,
};

const anHour = (keyPrefix: string): RateLimiterMemory => new RateLimiterMemory({ keyPrefix, points: 10, duration: 3600 });

type Work = (parts: AccountParts, request: AreaRequest, id: string) => Promise<void>;

const pages: Readonly<Record<string, Work>> = {
  '': showOverview,
  '/history': showHistory,
  '/consents': showConsents,
  '/documents': (parts, request) => showDocuments(parts, request),
  '/devices': (parts, request) => showDevices(parts, request),
  '/devices/new': showNewDevice,
  '/devices/:id/removal': showRemoval,
  '/passkeys': (parts, request) => showPasskeys(parts, request),
  '/passkeys/new': showNewPasskey,
  '/passkeys/:id/removal': showPasskeyRemoval,
  '/sessions': showSessions,
  '/password': showPassword,
  '/data': showData,
  '/feedback': (parts, request) => showFeedback(parts, request),
  '/lock': showLock,
};

const forms: Readonly<Record<string, Work>> = {
  '/history/:id/not-me': takeNotMe,
  '/consents/:id/withdrawal': takeWithdrawal,
  '/links/:id/removal': takeUnlink,
  '/documents': takeDocument,
  '/documents/:id/removal': takeDocumentRemoval,
  '/devices/new': takeNewDevice,
  '/devices/:id/name': takeRename,
  '/devices/:id/removal': takeRemoval,
  '/passkeys/new': takeNewPasskey,
  '/passkeys/:id/name': takePasskeyName,
  '/passkeys/:id/removal': takePasskeyRemoval,
  '/sessions/others/end': takeOthersEnd,
  '/sessions/:id/end': takeSessionEnd,
  '/password': takePassword,
  '/data': takeData,
  '/feedback': takeFeedback,
  '/lock': takeLock,
};

const idOf = ({ ctx }: AreaRequest): string => String((ctx['params'] as { readonly id?: string }).id ?? '');

/** `/account`: one table of pages, one of forms. */
export function createAccountPages(given: Omit<AccountParts, 'limits'>): Router {
  const limits = {
    codes: anHour('account-code'),
    passwords: anHour('account-password'),
    downloads: anHour('account-data'),
    passkeys: anHour('account-passkey'),
    feedback: anHour('account-feedback'),
  };
  const parts: AccountParts = { ...given, limits };
  const area = createOwnArea(parts, accountSettings);
  for (const [path, show] of Object.entries(pages)) area.page(path, (request) => show(parts, request, idOf(request)));
  for (const [path, take] of Object.entries(forms)) area.form(path, (request) => take(parts, request, idOf(request)));
  const ticketsOfNetwork = new RateLimiterMemory({ keyPrefix: 'lock-ticket', points: 60, duration: 60 });
  // after "not me" nobody is signed in: the ticket in the form is what counts, and no browser can be made to send one that it does not have
  area.router.post('/account/lock-now', bodyParser({ enableTypes: ['form'], formLimit: '8kb' }), async (ctx) => {
    await takeCall(ticketsOfNetwork, subscriberOf(ctx.ip));
    await takeTicketLock(parts, { ctx, fields: formFields(ctx) });
  });
  return area.router;
}
