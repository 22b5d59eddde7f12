import { z } from 'zod';
import { acrPrefix, acrValues } from '#config/acr.ts';
import { leadsElsewhere, namesTelephone } from '#src/kernel/leads-elsewhere.ts';
import { visibleLine } from '#src/kernel/visible-line.ts';
import { memberInvalid } from './errors.ts';
import { refuseOtherMembers } from './known-members.ts';
import { securityProfiles } from './profile-names.ts';

/** People read it on consent pages and phones: one line, and nothing in it that hides or turns what is written. */
const text = z.string().normalize('NFC').trim().min(1).max(500).regex(visibleLine, 'expected one line of visible characters');
/** It stands in the first line of pages and phones, and leaves room for what follows. It may be the address of the service. */
const name = text.max(100).refine((words) => !namesTelephone(words), 'no telephone number');
const acr = z.enum(acrValues as [string, ...string[]]);
const names = z.array(z.string().min(1).max(200));
const identifier = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'use visible ASCII characters only')
  // the protocol library keeps what it knows of a session in a plain object, by client id
  .refine((id) => !(id in Object.prototype), 'this name is taken by the language the provider is written in');
/** Quoted on phones, where a person decides by it: nothing in it sends them to somebody else. */
const reason = text.refine((words) => !leadsElsewhere(words), 'no links, addresses or telephone numbers');
const purpose = z.strictObject({ id: identifier, vi: reason, en: reason });
const basis = z.strictObject({ claim: z.string().min(1), text: z.strictObject({ vi: reason, en: reason }) });

/** SenID's own members (interfaces.md, "One service"). */
const own = {
  class: z.enum(['public', 'private', 'internal']),
  purposes: z.tuple([purpose], purpose).optional(),
  allowed_claims: names.default([]),
  allowed_scopes: names.optional(),
  profile: z.enum(securityProfiles).optional(),
  legal_basis: z.array(basis).default([]),
  min_acr: acr.default(`${acrPrefix}id1-auth1`),
  allowed_acr: z
    .array(acr)
    .min(1)
    .default([...acrValues]),
  default_acr_values: z.array(acr).default([]),
  require_pkce: z.boolean().default(true),
  login_hints: z.array(z.enum(['id_number', 'phone'])).default([]),
  sector: z.string().min(1).optional(),
  subject_type_reason: text.optional(),
  consent_event_uri: z.string().max(2000).optional(),
  state: z.enum(['active', 'draft', 'review', 'sandbox', 'production', 'suspended']).optional(),
};

/** The OIDC members that rules of ours read; the library's schema checks the others. */
const oidc = {
  client_id: identifier,
  client_name: name,
  'client_name#en': name.optional(),
  'client_name#vi': name.optional(),
  client_secret: z.string().min(1).max(1000).optional(),
  client_secret_expires_at: z.number().int().min(0).optional(),
  client_uri: z.string().optional(),
  redirect_uris: names.default([]),
  post_logout_redirect_uris: names.default([]),
  grant_types: z.array(z.string()).default(['authorization_code']),
  response_types: z.array(z.string()).optional(),
  token_endpoint_auth_method: z.string().default('client_secret_basic'),
  subject_type: z.enum(['pairwise', 'public']).default('pairwise'),
  jwks: z.object({ keys: z.array(z.looseObject({})) }, 'expected a JSON Web Key Set').optional(),
  jwks_uri: z.string().optional(),
  backchannel_client_notification_endpoint: z.string().max(2000).optional(),
  scope: z.string().optional(),
};

const shape = z.object({ ...own, ...oidc });

/** The members that rules of ours read, each of the right type, defaults filled in. */
export type Members = z.infer<typeof shape>;

/** All members as they were sent. An omitted member and `null` are the same. @see RFC 7592, 2.2 */
export type SentMembers = Readonly<Record<string, unknown>>;

/** @throws {DomainError} `client_metadata_invalid`, the detail naming the member */
export function readMembers(json: unknown): { readonly sent: SentMembers; readonly members: Members } {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw memberInvalid('registration', 'expected one JSON object');
  const sent = Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined && value !== null));
  refuseOtherMembers(sent);
  const parsed = shape.safeParse(sent);
  if (parsed.success) return { sent, members: parsed.data };
  const [issue] = parsed.error.issues;
  throw memberInvalid(issue?.path.join('.') ?? 'registration', issue?.message ?? 'not valid');
}
