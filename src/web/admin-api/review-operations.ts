import { expected, type Operation, service } from './operation.ts';
import * as shapes from './shapes.ts';

/** Every step from a draft to a service that works, and what stops it. */
export const reviewOperations: readonly Operation[] = [
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
    summary:
      'What an approval would change, member by member; every member, where it opens another stage. With the ETag that an approval names',
    status: 200,
    answer: shapes.comparison,
    header: 'ETag',
    changes: false,
    async handle(registry, { id }) {
      const { changes, sharesSectorWith, version } = await registry.compare(id);
      return { body: { changes, sector_shared_with: sharesSectorWith }, etag: version };
    },
  },
];
