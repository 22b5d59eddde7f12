import type { ListedClient } from '#src/clients/shown-registration.ts';
import type { ServiceState } from '#src/clients/states.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import { type Member, seesAll } from './member.ts';
import type { ServiceRow } from './pages.ts';
import type { ConsoleParts } from './parts.ts';
import { saidView } from './said.ts';

const pageLength = 50;

export const serviceUrl = (id: string): string => `/console/services/${encodeURIComponent(id)}`;

export const serviceRow = ({ client_id: id, client_name: name, class: kind, state, waiting }: ListedClient): ServiceRow => ({
  url: serviceUrl(id),
  id,
  name,
  kind,
  state: state as ServiceState,
  waiting,
});

/** The services that somebody may look at: their own, or for reviewers and operators all, page by page. */
export async function showList(parts: ConsoleParts, request: AreaRequest, member: Member): Promise<void> {
  const { ctx } = request;
  const after = typeof ctx.query['after'] === 'string' ? ctx.query['after'] : undefined;
  const listed = seesAll(member)
    ? await parts.registry.page({ after, limit: pageLength })
    : await parts.registry.managedBy(member.actor.id);
  const last = seesAll(member) && listed.length === pageLength ? listed.at(-1)?.client_id : undefined;
  sendPage(ctx, parts.renderer, 'console-services', {
    me: member.view,
    said: saidView(request),
    services: listed.map(serviceRow),
    nextUrl: last === undefined ? undefined : `/console?after=${encodeURIComponent(last)}`,
  });
}
