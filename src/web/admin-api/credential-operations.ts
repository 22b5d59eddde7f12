import { at, expected, type Operation, service } from './operation.ts';
import * as shapes from './shapes.ts';

/** What a service authenticates with, and who may try it. */
export const credentialOperations: readonly Operation[] = [
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
