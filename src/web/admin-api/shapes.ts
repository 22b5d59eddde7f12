import { z } from 'zod';

/** What goes over the admin API, both ways: calls are read by these, and the OpenAPI document is made of them. */
const time = z.iso.datetime();
const state = z.enum(['draft', 'review', 'sandbox', 'production', 'suspended']);
const stage = z.enum(['sandbox', 'production']);
const reason = z.string().trim().min(1).max(500);
const clientId = z.string().min(1).max(200);

export const why = z.strictObject({ reason: reason.optional().describe('why, for the history') });

/** Checked member by member by the registry, whose refusals name the member. */
export const registration = z
  .looseObject({ client_id: clientId.optional(), client_name: z.string().optional(), class: z.string().optional() })
  .describe('OIDC client metadata and the members of SenID');

export const submission = z.strictObject({ to: stage.optional() });
export const neededReason = z.strictObject({ reason });
export const newSecret = z.strictObject({ expires_at: time.optional(), others_until: time.optional() });
export const expiry = z.strictObject({ expires_at: time });
export const newTester = z.strictObject({ id_number: z.string().min(1).max(64), label: z.string().min(1).max(100) });

export const page = z.strictObject({
  after: z.string().max(200).optional().describe('the last one of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const which = z.strictObject({
  version: z.enum(['working', 'waiting']).default('working').describe('what works, or the version that waits'),
});

export const registered = z.strictObject({
  client_id: clientId,
  client_secret: z.string().optional().describe('a generated one, given this once'),
  state: state.optional().describe('absent: it works at once'),
});
export const moved = z.strictObject({ client_id: clientId, state });
export const listedServices = z.strictObject({
  services: z.array(
    z.strictObject({
      client_id: clientId,
      client_name: z.string(),
      class: z.enum(['public', 'private', 'internal']),
      state,
      waiting: z.enum(['draft', 'review']).optional(),
    }),
  ),
  next: z.string().optional().describe('`after` of the next page'),
});
export const shownService = z
  .looseObject({
    client_id: clientId,
    client_name: z.string(),
    class: z.enum(['public', 'private', 'internal']),
    state,
    waiting: z.enum(['draft', 'review']).optional(),
    client_id_issued_at: z.number().int(),
    updated_at: z.number().int(),
  })
  .describe('a registration under its own member names, fit to be put again; never a secret');
export const managers = z.strictObject({
  managers: z
    .array(z.string().min(1).max(260))
    .min(1)
    .max(50)
    .describe('operator:NAME, client:ID, client:ID/PERSON, or person:ACCOUNT'),
});
const change = z.strictObject({ member: z.string(), before: z.unknown().optional(), after: z.unknown().optional() });
export const comparison = z.strictObject({
  changes: z.array(change),
  sector_shared_with: z.array(clientId).describe('services that know people by the same subject identifiers; the first twenty'),
});
export const history = z.strictObject({
  entries: z.array(
    z.strictObject({
      id: z.string(),
      at: time,
      by: z.string(),
      via: z.string(),
      action: z.string(),
      state,
      changes: z.array(change),
      reason: z.string().optional(),
      approval: z.string().optional().describe('why nobody else had to approve'),
    }),
  ),
  next: z.string().optional(),
});
export const listedSecrets = z.strictObject({
  secrets: z.array(
    z.strictObject({
      secret_id: z.string(),
      created_at: time,
      expires_at: time.optional(),
      state: z.enum(['live', 'expired']),
    }),
  ),
});
export const addedSecret = z.strictObject({
  client_id: clientId,
  secret_id: z.string(),
  client_secret: z.string().describe('given this once'),
  expires_at: time.optional(),
});
const tester = z.strictObject({ tester_id: z.string(), label: z.string(), added_at: time });
export const addedTester = tester;
export const listedTesters = z.strictObject({ testers: z.array(tester) });

/** @see RFC 9457 */
export const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string().optional(),
  reference: z.string().optional(),
});
