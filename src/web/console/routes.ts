import type Router from '@koa/router';
import { displayName } from '#src/accounts/account.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { type AreaRequest, createOwnArea } from '../own-service/area.ts';
import type { AreaSettings } from '../own-service/parts.ts';
import { sendPage } from '../page-response.ts';
import { showForm, takeForm } from './edit-page.ts';
import { showGuide, takeSimulation } from './guide-page.ts';
import { showList } from './list-page.ts';
import { type Member, memberOf } from './member.ts';
import type { ConsoleParts } from './parts.ts';
import { takeDeed, takeNewSecret, takeNewTester, takeSecretRevocation, takeTesterRemoval } from './service-deeds.ts';
import { showService } from './service-page.ts';

const minuteMs = 60_000;

/** Half an hour idle, a working day in all, and a proof that is no older than its level lasts. */
export const consoleSettings: AreaSettings = {
  clientId: 'senid-console',
  path: '/console',
  leastAcr: 'urn:senid:acr:id2-auth3',
  limits: { idleMs: 30 * minuteMs, absoluteMs: 8 * 60 * minuteMs, proofSeconds: 3600 },
  callsPerMinute: 300,
};

interface Params {
  readonly id?: string;
  readonly part?: string;
}
type Show = (parts: ConsoleParts, request: AreaRequest, member: Member, params: Required<Params>) => Promise<void>;

const service = '/services/:id';

const pages: Readonly<Record<string, Show>> = {
  '': showList,
  '/new': (parts, request, member) => showForm(parts, request, member),
  '/guide': (parts, request, member) => showGuide(parts, request, member),
  [service]: (parts, request, member, { id }) => showService(parts, request, member, id),
  [`${service}/edit`]: (parts, request, member, { id }) => showForm(parts, request, member, id),
  [`${service}/guide`]: (parts, request, member, { id }) => showGuide(parts, request, member, id),
};

const forms: Readonly<Record<string, Show>> = {
  '/new': (parts, request, member) => takeForm(parts, request, member),
  [`${service}/edit`]: (parts, request, member, { id }) => takeForm(parts, request, member, id),
  [`${service}/steps/:part`]: (parts, request, member, { id, part }) => takeDeed(parts, request, member, id, part),
  [`${service}/secrets`]: (parts, request, member, { id }) => takeNewSecret(parts, request, member, id),
  [`${service}/secrets/:part/revocation`]: (parts, request, member, { id, part }) =>
    takeSecretRevocation(parts, request, member, id, part),
  [`${service}/testers`]: (parts, request, member, { id }) => takeNewTester(parts, request, member, id),
  [`${service}/testers/:part/removal`]: (parts, request, member, { id, part }) =>
    takeTesterRemoval(parts, request, member, id, part),
  [`${service}/simulation`]: (parts, request, member, { id }) => takeSimulation(parts, request, member, id),
};

const paramsOf = ({ ctx }: AreaRequest): Required<Params> => ({ id: '', part: '', ...(ctx['params'] as Params) });

/** `/console`: one table of pages, one of forms; who has no role finds out how to get one. */
export function createConsole(parts: ConsoleParts): Router {
  const area = createOwnArea(parts, consoleSettings);
  for (const [path, show] of Object.entries(pages))
    area.page(path, async (request) => {
      const member = await memberOf(parts, request);
      if (member !== undefined) return show(parts, request, member, paramsOf(request));
      const name = displayName(request.session.account.person().name);
      sendPage(request.ctx, parts.renderer, 'console-no-role', { name, csrf: request.csrf }, { status: 403 });
    });
  for (const [path, take] of Object.entries(forms))
    area.form(path, async (request) => {
      const member = await memberOf(parts, request);
      if (member === undefined) throw new DomainError('console_role_missing');
      await take(parts, request, member, paramsOf(request));
    });
  return area.router;
}
