import type { HistoryEntry } from '#src/clients/history.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { type AdminCall, expected, nextOf, type Operation, pageOf, service } from './operation.ts';
import * as shapes from './shapes.ts';

const entry = ({ clientId: _, at: moment, ...told }: HistoryEntry): object => ({ ...told, at: new Date(moment).toISOString() });

/** The registration that a call brings, for the service of its address. */
function registrationFor({ id, body }: AdminCall): object {
  if (body['client_id'] !== undefined && body['client_id'] !== id)
    throw new DomainError('client_metadata_invalid', { detail: 'client_id: is not that of the address' });
  return { ...body, client_id: id };
}

/** What a service is, who manages it, and what was done with it. */
export const serviceOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/services',
    operationId: 'listServices',
    summary: 'Services in the order of their identifiers',
    query: shapes.page,
    status: 200,
    answer: shapes.listedServices,
    changes: false,
    async handle(registry, call) {
      const page = pageOf(call);
      const services = await registry.page(page);
      return {
        body: {
          services,
          ...nextOf(
            page.limit,
            services.map(({ client_id: id }) => id),
          ),
        },
      };
    },
  },
  {
    method: 'post',
    path: '/services',
    operationId: 'createService',
    summary: 'A new service, as a draft',
    body: shapes.registration,
    status: 201,
    answer: shapes.registered,
    header: 'Location',
    changes: true,
    async handle(registry, call) {
      const { reason } = expected(call);
      const done = await registry.propose(call.body, call.by, { isNew: true, reason });
      return { body: done, location: `/services/${encodeURIComponent(done.client_id)}` };
    },
  },
  {
    method: 'get',
    path: service,
    operationId: 'showService',
    summary: 'One service, with what tells this state of it from others as ETag',
    query: shapes.which,
    status: 200,
    answer: shapes.shownService,
    header: 'ETag',
    changes: false,
    async handle(registry, { id, query }) {
      const { registration, version } = await registry.look(id, query['version'] as 'working' | 'waiting');
      return { body: registration, etag: version };
    },
  },
  {
    method: 'put',
    path: service,
    operationId: 'changeService',
    summary: 'Another registration: a draft beside what works; in the sandbox it works at once',
    body: shapes.registration,
    status: 200,
    answer: shapes.registered,
    version: 'needed',
    changes: true,
    handle: async (registry, call) => ({ body: await registry.propose(registrationFor(call), call.by, expected(call)) }),
  },
  {
    method: 'get',
    path: `${service}/managers`,
    operationId: 'listManagers',
    summary: 'Who manages the service, beside operators',
    status: 200,
    answer: shapes.managers,
    changes: false,
    handle: async (registry, { id }) => ({ body: await registry.managers(id) }),
  },
  {
    method: 'put',
    path: `${service}/managers`,
    operationId: 'setManagers',
    summary: 'Names everybody who manages the service from now on',
    body: shapes.managers,
    status: 200,
    answer: shapes.managers,
    version: 'needed',
    changes: true,
    handle: async (registry, call) => ({
      body: await registry.setManagers(call.id, call.by, { ...expected(call), managers: call.body['managers'] as string[] }),
    }),
  },
  {
    method: 'get',
    path: `${service}/history`,
    operationId: 'listHistory',
    summary: 'Who changed what, when and why; oldest first',
    query: shapes.page,
    status: 200,
    answer: shapes.history,
    changes: false,
    async handle(registry, call) {
      const page = pageOf(call);
      const entries = await registry.history(call.id, page);
      return {
        body: {
          entries: entries.map(entry),
          ...nextOf(
            page.limit,
            entries.map(({ id }) => id),
          ),
        },
      };
    },
  },
];
