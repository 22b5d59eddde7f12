import { recordAccountEvent } from '#src/accounts/account-events.ts';
import { endAreaSession, listAreaSessions } from '#src/area-sessions/area-sessions.ts';
import { isOwnService } from '#src/clients/own-services.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { type AccountSession, endAccountSession, listAccountSessions, sessionUid } from '#src/oidc/account-sessions.ts';
import { cookieNames } from '#src/oidc/provider.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import type { AccountParts } from './parts.ts';
import { saidOf, say } from './said.ts';
import { ownerView, wordingOf } from './words.ts';

interface OpenSession extends AccountSession {
  /** Sessions of SenID's own areas that came out of it, or stand alone. */
  readonly areas: readonly string[];
  readonly isThis: boolean;
}

/** Every browser in which the person is signed in, with what of SenID's own is open there. */
async function openSessions(parts: AccountParts, { ctx, session }: AreaRequest): Promise<OpenSession[]> {
  const { account, id: here, openedIn } = session;
  const [browsers, areas] = await Promise.all([
    listAccountSessions(parts.store, account),
    listAreaSessions(parts.store, account.id),
  ]);
  const live = areas.filter(({ validFrom }) => validFrom === account.validFrom);
  const own = (await sessionUid(parts.store, ctx.cookies.get(cookieNames.session, { signed: true }))) ?? openedIn;
  const isOfBrowser = (area: (typeof live)[number], { uid }: AccountSession): boolean =>
    area.openedIn === uid || (area.id === here && own === uid);
  const withAreas = browsers.map((browser) => ({
    ...browser,
    areas: live.filter((area) => isOfBrowser(area, browser)).map(({ id }) => id),
    isThis: browser.uid === own,
  }));
  const alone = live.filter((area) => !browsers.some((browser) => isOfBrowser(area, browser)));
  return [
    ...withAreas,
    ...alone.map(({ id, area, authTime, from }) => ({
      id,
      uid: id,
      browser: from?.browser ?? '',
      network: from?.network ?? '',
      at: authTime * 1000,
      clientIds: [area],
      areas: [id],
      isThis: id === here,
    })),
  ].sort((one, other) => Number(other.isThis) - Number(one.isThis) || other.at - one.at);
}

export async function showSessions(parts: AccountParts, request: AreaRequest): Promise<void> {
  const { words, moment, service } = wordingOf(parts, request);
  const sessions = await openSessions(parts, request);
  sendPage(request.ctx, parts.renderer, 'account-sessions', {
    me: ownerView(request),
    said: saidOf(request),
    sessions: await Promise.all(
      sessions.map(async ({ id, browser, network, at, clientIds, isThis }) => ({
        id,
        browser: browser || words.unknownBrowser,
        network,
        at: moment(at),
        services: await Promise.all(
          clientIds.filter((client) => !isOwnService(client)).map(async (client) => (await service(client)).name),
        ),
        isThis,
        endUrl: `/account/sessions/${encodeURIComponent(id)}/end`,
      })),
    ),
  });
}

async function endSession(parts: AccountParts, { session: { account, id: here } }: AreaRequest, one: OpenSession): Promise<void> {
  await endAccountSession(parts.store, account.id, one.id);
  await Promise.all(one.areas.filter((area) => area !== here).map((area) => endAreaSession(parts.store, account.id, area)));
  await recordAccountEvent(parts, account.id, 'session-ended', { browser: one.browser, network: one.network });
}

/** One that is not in this person's own list is not there. The present one ends by signing out. @throws {DomainError} `session_not_found` */
export async function takeSessionEnd(parts: AccountParts, request: AreaRequest, id: string): Promise<void> {
  const found = (await openSessions(parts, request)).find((each) => each.id === id && !each.isThis);
  if (found === undefined) throw new DomainError('session_not_found');
  await endSession(parts, request, found);
  await request.goTo('/account/sessions', say('session-ended'));
}

export async function takeOthersEnd(parts: AccountParts, request: AreaRequest): Promise<void> {
  for (const each of await openSessions(parts, request)) if (!each.isThis) await endSession(parts, request, each);
  await request.goTo('/account/sessions', say('others-ended'));
}
