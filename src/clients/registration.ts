import { z } from 'zod';
import { acrPrefix, acrValues } from '#config/acr.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { Client, ClientPolicy } from './client.ts';

const text = z.string().trim().min(1).max(500).normalize('NFC');
const acr = z.enum(acrValues as [string, ...string[]]);
const acrList = z.array(acr).min(1);
const identifier = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'use visible ASCII characters only');

/** SenID's members of a registration (interfaces.md, "One service"); all others are OIDC client metadata. */
const ownMembers = z.object({
  client_id: identifier,
  client_name: text,
  'client_name#en': text.optional(),
  'client_name#vi': text.optional(),
  client_secret: z.string().min(1).max(1000).optional(),
  class: z.enum(['public', 'private', 'internal']),
  purposes: z
    .array(z.strictObject({ id: identifier, vi: text, en: text }))
    .min(1)
    .optional(),
  allowed_claims: z.array(z.string().min(1).max(200)).default([]),
  legal_basis: z.array(z.strictObject({ claim: z.string().min(1), text: z.strictObject({ vi: text, en: text }) })).default([]),
  min_acr: acr.default(`${acrPrefix}id1-auth1`),
  allowed_acr: acrList.default([...acrValues]),
  default_acr_values: z.array(acr).default([]),
  require_pkce: z.boolean().default(true),
  sector: z.hostname().optional(),
  redirect_uris: z.array(z.string()).default([]),
  client_uri: z.string().optional(),
  token_endpoint_auth_method: z.string().default('client_secret_basic'),
  subject_type: z.enum(['pairwise', 'public']).default('pairwise'),
});

/** Members that later versions will understand; taking them without keeping their promise would be a lie. */
const notYetSupported = ['profile', 'login_hints', 'sector_identifier_uri', 'request_uris'];

const ownNames = new Set([
  'class',
  'purposes',
  'allowed_claims',
  'legal_basis',
  'min_acr',
  'allowed_acr',
  'default_acr_values',
  'require_pkce',
  'sector',
  'client_secret',
]);

const invalid = (detail: string): never => {
  throw new DomainError('client_metadata_invalid', { detail });
};

function hostOf(uri: string | undefined): string | undefined {
  return uri !== undefined && URL.canParse(uri) ? new URL(uri).host : undefined;
}

function sectorOf(redirectUris: readonly string[], given: string | undefined, id: string): string {
  if (given !== undefined) return given;
  const hosts = [...new Set(redirectUris.map((uri) => (URL.canParse(uri) ? new URL(uri).hostname : '')))];
  if (hosts.length > 1) invalid('sector: redirect_uris name several hosts, so say which sector the subject identifiers belong to');
  return hosts[0] || id;
}

const defaultPurpose = {
  id: 'sign-in',
  vi: 'Đăng nhập và cung cấp dịch vụ',
  en: 'Signing you in and providing the service',
} as const;

/** A registration as it will be kept, and the secret it brought, if any. */
export interface Registration {
  readonly client: Omit<Client, 'state'>;
  readonly secret: string | undefined;
  readonly isPublicClient: boolean;
}

/**
 * Reads a service's JSON: checks SenID's own members, sorts them from the OIDC metadata (which the provider's own schema checks).
 * @throws {DomainError} `client_metadata_invalid`, the detail naming the member
 */
export function parseRegistration(json: unknown, subjectKeyVersion: number): Registration {
  const parsed = ownMembers.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return invalid(`${issue?.path.join('.') || 'registration'}: ${issue?.message}`);
  }
  const own = parsed.data;
  const all = json as Record<string, unknown>;
  const unsupported = notYetSupported.find((name) => all[name] !== undefined);
  if (unsupported !== undefined) invalid(`${unsupported}: not supported by this version`);
  const isPublicClient = own.token_endpoint_auth_method === 'none';
  if (isPublicClient && !own.require_pkce) invalid('require_pkce: a public client cannot do without PKCE');
  if (own.class !== 'public' && own.legal_basis.length > 0) invalid('legal_basis: only a public service reads claims by law');
  const metadata = Object.fromEntries(Object.entries(all).filter(([name]) => !ownNames.has(name)));
  const policy: ClientPolicy = {
    class: own.class,
    purposes: (own.purposes ?? [defaultPurpose]) as unknown as ClientPolicy['purposes'],
    allowedClaims: own.allowed_claims,
    legalBasis: own.legal_basis,
    minAcr: own.min_acr,
    allowedAcr: own.allowed_acr,
    defaultAcr: own.default_acr_values,
    requirePkce: own.require_pkce,
  };
  const name = { vi: own['client_name#vi'] ?? own.client_name, en: own['client_name#en'] ?? own.client_name };
  const domain = hostOf(own.redirect_uris[0]) || hostOf(own.client_uri) || own.client_id;
  const client = {
    id: own.client_id,
    name,
    domain,
    metadata: { ...metadata, subject_type: own.subject_type },
    policy,
    sector: sectorOf(own.redirect_uris, own.sector, own.client_id),
    subjectKeyVersion,
    subjectType: own.subject_type,
  };
  return { client, secret: own.client_secret, isPublicClient };
}
