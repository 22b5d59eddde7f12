import type { z } from 'zod';
import type { Actor } from '#src/clients/actor.ts';
import type { HistoryEntry } from '#src/clients/history.ts';
import type { ClientRegistry } from '#src/clients/registry.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import * as shapes from './shapes.ts';

/** A call whose caller is known and whose parts have been read by the shapes of its operation. */
export interface AdminCall {
  readonly by: Actor;
  readonly id: string;
  /** The second identifier of the path. */
  readonly part: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** What `If-Match` names. */
  readonly version: string | undefined;
}

interface Answer {
  readonly body?: unknown;
  readonly etag?: string;
  /** Where a new service is. */
  readonly location?: string;
}

export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Below `/admin/v1`, parameters as `:id` and `:part`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** The body's members all have a default. */
  readonly bodyMayBeAbsent?: true;
  readonly status: number;
  readonly answer?: z.ZodType;
  /** Whether the state that was looked at can be named by `If-Match`, or must be. */
  readonly version?: 'possible' | 'needed';
  /** What stands in a header of the answer. */
  readonly header?: 'ETag' | 'Location';
  readonly changes: boolean;
  readonly handle: (registry: ClientRegistry, call: AdminCall) => Promise<Answer>;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const at = (value: unknown): number | undefined => (typeof value === 'string' ? Date.parse(value) : undefined);
const pageOf = ({ query }: AdminCall) => ({ after: text(query['after']), limit: Number(query['limit']) });
/** A reason stands in the body where one is needed, else beside it. */
const expected = ({ version, body, query }: AdminCall) => ({ version, reason: text(body['reason']) ?? text(query['reason']) });

/** The next page begins after the last of a full one. */
const nextOf = (limit: number, ids: readonly string[]): object => (ids.length < limit ? {} : { next: ids.at(-1) });

const entry = ({ clientId: _, at: moment, ...told }: HistoryEntry): object => ({ ...told, at: new Date(moment).toISOString() });

/** The registration that a call brings, for the service of its address. */
function registrationFor({ id, body }: AdminCall): object {
  if (body['client_id'] !== undefined && body['client_id'] !== id)
    throw new DomainError('client_metadata_invalid', { detail: 'client_id: is not that of the address' });
  return { ...body, client_id: id };
}

const service = '/services/:id';

/** What is asked beside the path: a list's page, or why something is changed. */
export const queryOf = ({ query, changes }: Operation): z.ZodType | undefined => query ?? (changes ? shapes.why : undefined);

/** The admin API as one table: routes, checks and the OpenAPI document are made of it. */
export const operations: readonly Operation[] = [
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
    method: 'post',
    path: `${service}/submission`,
    operationId: 'submitVersion',
    summary: 'Puts the version that waits before the reviewers; a service in the sandbox itself, for production',
    body: shapes.submission,
    bodyMayBeAbsent: true,
    status: 200,
    answer: shapes.moved,
    version: 'possible',
    changes: true,
    handle: async (registry, call) => ({
      body: await registry.submit(call.id, call.by, {
        ...expected(call),
        to: call.body['to'] as 'sandbox' | 'production' | undefined,
      }),
    }),
  },
  {
    method: 'delete',
    path: `${service}/submission`,
    operationId: 'withdrawVersion',
    summary: 'Takes it back from the reviewers',
    status: 200,
    answer: shapes.moved,
    version: 'possible',
    changes: true,
    handle: async (registry, call) => ({ body: await registry.withdraw(call.id, call.by, expected(call)) }),
  },
  {
    method: 'delete',
    path: `${service}/waiting`,
    operationId: 'dropVersion',
    summary: 'Forgets the version that waits; where nothing works yet the identifier is free again',
    status: 204,
    version: 'possible',
    changes: true,
    async handle(registry, call) {
      await registry.drop(call.id, call.by, expected(call));
      return {};
    },
  },
  {
    method: 'post',
    path: `${service}/approval`,
    operationId: 'approveVersion',
    summary: 'Lets the version that was looked at work; not for whoever made, changed or submitted it',
    body: shapes.why,
    bodyMayBeAbsent: true,
    status: 200,
    answer: shapes.moved,
    version: 'needed',
    changes: true,
    handle: async (registry, call) => ({ body: await registry.approve(call.id, call.by, expected(call)) }),
  },
  {
    method: 'post',
    path: `${service}/refusal`,
    operationId: 'refuseVersion',
    summary: 'Gives it back to its makers',
    body: shapes.neededReason,
    status: 200,
    answer: shapes.moved,
    version: 'possible',
    changes: true,
    handle: async (registry, call) => ({ body: await registry.refuse(call.id, call.by, expected(call)) }),
  },
  {
    method: 'post',
    path: `${service}/suspension`,
    operationId: 'suspendService',
    summary: 'Stops a service: its requests and tokens end within five seconds',
    body: shapes.neededReason,
    status: 200,
    answer: shapes.moved,
    version: 'possible',
    changes: true,
    handle: async (registry, call) => ({ body: await registry.suspend(call.id, call.by, expected(call)) }),
  },
  {
    method: 'post',
    path: `${service}/resumption`,
    operationId: 'resumeService',
    summary: 'Lets it go on in the state it had',
    body: shapes.neededReason,
    status: 200,
    answer: shapes.moved,
    version: 'possible',
    changes: true,
    handle: async (registry, call) => ({ body: await registry.resume(call.id, call.by, expected(call)) }),
  },
  {
    method: 'get',
    path: `${service}/comparison`,
    operationId: 'compareVersions',
    summary: 'What an approval would change, member by member; every member, where it opens another stage',
    status: 200,
    answer: shapes.comparison,
    changes: false,
    handle: async (registry, { id }) => ({ body: { changes: await registry.compare(id) } }),
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
  {
    method: 'get',
    path: `${service}/secrets`,
    operationId: 'listSecrets',
    summary: 'When each was made and ends; never its value',
    status: 200,
    answer: shapes.listedSecrets,
    changes: false,
    handle: async (registry, { id }) => ({ body: { secrets: await registry.secrets(id) } }),
  },
  {
    method: 'post',
    path: `${service}/secrets`,
    operationId: 'addSecret',
    summary: 'Another secret; the others go on beside it, until they are ended or as long as `others_until` says',
    body: shapes.newSecret,
    bodyMayBeAbsent: true,
    status: 201,
    answer: shapes.addedSecret,
    version: 'possible',
    changes: true,
    handle: async (registry, call) => ({
      body: await registry.addSecret(call.id, call.by, {
        ...expected(call),
        expiresAt: at(call.body['expires_at']),
        othersUntil: at(call.body['others_until']),
      }),
    }),
  },
  {
    method: 'put',
    path: `${service}/secrets/:part/expiry`,
    operationId: 'expireSecret',
    summary: 'Lets a secret end at a time, no later than it was to',
    body: shapes.expiry,
    status: 204,
    version: 'possible',
    changes: true,
    async handle(registry, call) {
      await registry.expireSecret(call.id, call.by, {
        ...expected(call),
        secretId: call.part,
        at: at(call.body['expires_at']) ?? 0,
      });
      return {};
    },
  },
  {
    method: 'delete',
    path: `${service}/secrets/:part`,
    operationId: 'revokeSecret',
    summary: 'Takes a secret away: within five seconds it opens nothing',
    status: 204,
    version: 'possible',
    changes: true,
    async handle(registry, call) {
      await registry.revokeSecret(call.id, call.by, { ...expected(call), secretId: call.part });
      return {};
    },
  },
  {
    method: 'get',
    path: `${service}/testers`,
    operationId: 'listTesters',
    summary: 'Who may sign in while the service is in the sandbox',
    status: 200,
    answer: shapes.listedTesters,
    changes: false,
    handle: async (registry, { id }) => ({ body: { testers: await registry.testers(id) } }),
  },
  {
    method: 'post',
    path: `${service}/testers`,
    operationId: 'addTester',
    summary: 'Names a person for the trial; whether there is such an account is not said',
    body: shapes.newTester,
    status: 201,
    answer: shapes.addedTester,
    version: 'possible',
    changes: true,
    handle: async (registry, call) => ({
      body: await registry.addTester(call.id, call.by, {
        ...expected(call),
        idNumber: String(call.body['id_number']),
        label: String(call.body['label']),
      }),
    }),
  },
  {
    method: 'delete',
    path: `${service}/testers/:part`,
    operationId: 'removeTester',
    summary: 'Their sign-ins and tokens end within five seconds',
    status: 200,
    answer: shapes.addedTester,
    version: 'possible',
    changes: true,
    handle: async (registry, call) => ({
      body: await registry.removeTester(call.id, call.by, { ...expected(call), testerId: call.part }),
    }),
  },
];
