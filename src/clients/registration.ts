import {
  type AddressPolicy,
  checkKeyAddress,
  checkKeys,
  checkPushAddresses,
  checkRedirects,
  checkTranslatedAddresses,
} from './address-rules.ts';
import type { Client, ClientMetadata, ClientPolicy } from './client.ts';
import { memberInvalid } from './errors.ts';
import { ownMembers, shownMembers } from './known-members.ts';
import { type Members, readMembers, type SentMembers } from './member-shapes.ts';
import { checkAcr, checkClaims, checkPurposes, checkSubjectType } from './own-rules.ts';
import { checkProfile } from './profiles.ts';
import { checkCertificateBinding, checkFlows, checkPkce, checkSecret, responseTypesOf } from './protocol-rules.ts';
import { checkScopes } from './scopes.ts';
import { domainOf, sectorOf } from './sector.ts';

/** What a registration is measured against beside its own words. */
export interface RegistrationPolicy extends AddressPolicy {
  /** Every claim that can be released, by the name discovery gives it. */
  readonly claimNames: readonly string[];
  /** The claims of each scope. */
  readonly claimsByScope: Readonly<Record<string, readonly string[]>>;
  /** A proxy in front hands on client certificates. */
  readonly takesCertificates: boolean;
  /** A new service may begin in the sandbox without anybody's approval. */
  readonly isOpen?: boolean;
}

/** A service's JSON after the checks of SenID; the OpenID layer checks the rest of the metadata. */
export interface Registration {
  readonly sent: SentMembers;
  readonly members: Members;
}

const subjectKeyVersion = 1;
const notMetadata: ReadonlySet<string> = new Set([...ownMembers, ...shownMembers, 'client_secret', 'client_secret_expires_at']);
const defaultPurpose = {
  id: 'sign-in',
  vi: 'Đăng nhập và cung cấp dịch vụ',
  en: 'Signing you in and providing the service',
} as const;

/**
 * Reads a service's JSON (interfaces.md, "One service").
 * @throws {DomainError} `client_metadata_invalid`, the detail naming the member
 */
export function readRegistration(json: unknown, policy: RegistrationPolicy): Registration {
  const { sent, members } = readMembers(json);
  checkPurposes(members);
  checkClaims(members, policy.claimNames);
  checkScopes(members, policy.claimsByScope);
  checkAcr(members);
  checkSubjectType(members);
  checkPkce(members);
  checkRedirects(members, policy);
  checkFlows(members);
  checkSecret(members, policy.isProduction);
  checkKeys(members);
  checkKeyAddress(members, policy);
  checkPushAddresses(members, policy);
  checkTranslatedAddresses(sent);
  checkCertificateBinding(sent, policy.takesCertificates);
  checkProfile(sent, members, policy);
  return { sent, members };
}

/** OIDC metadata as it will be kept: what the library would fill in otherwise than we mean is written out. */
const metadataOf = ({ sent, members }: Registration): ClientMetadata => ({
  ...Object.fromEntries(Object.entries(sent).filter(([name]) => !notMetadata.has(name))),
  redirect_uris: members.redirect_uris,
  grant_types: members.grant_types,
  response_types: responseTypesOf(members),
  subject_type: members.subject_type,
});

const policyOf = (members: Members): ClientPolicy => ({
  class: members.class,
  purposes: members.purposes ?? [defaultPurpose],
  allowedClaims: members.allowed_claims,
  legalBasis: members.legal_basis,
  minAcr: members.min_acr,
  allowedAcr: members.allowed_acr,
  defaultAcr: members.default_acr_values,
  requirePkce: members.require_pkce,
  ...(members.login_hints.length === 0 ? {} : { loginHints: members.login_hints }),
  ...(members.consent_event_uri === undefined ? {} : { consentEventUri: members.consent_event_uri }),
  ...(members.allowed_scopes === undefined ? {} : { allowedScopes: members.allowed_scopes }),
  ...(members.profile === undefined ? {} : { profile: members.profile }),
});

/** The client that a registration makes of what was kept before: its state and stage, its sector and its key version stay. */
export function clientOf(registration: Registration, before: Client | undefined): Client {
  const { members } = registration;
  const state = before?.state ?? 'active';
  if (members.state === 'suspended' && state !== 'suspended')
    throw memberInvalid('state', 'put does not change it; `senid clients suspend` does');
  return {
    id: members.client_id,
    state,
    stage: before?.stage ?? 'production',
    name: { vi: members['client_name#vi'] ?? members.client_name, en: members['client_name#en'] ?? members.client_name },
    domain: domainOf(members),
    metadata: metadataOf(registration),
    policy: policyOf(members),
    sector: sectorOf(members, before?.sector),
    subjectKeyVersion: before?.subjectKeyVersion ?? subjectKeyVersion,
    subjectType: members.subject_type,
    subjectTypeReason: members.subject_type_reason,
  };
}
