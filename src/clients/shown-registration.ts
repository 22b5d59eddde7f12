import type { ClientMetadata } from './client.ts';
import type { ClientDocument } from './collections.ts';

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

/**
 * A registration under its members' own names, so that it can be edited and put again: never the secret, always the state, and the times
 * in seconds since the epoch. @see RFC 7591, 3.2.1
 */
export function shownRegistration(document: ClientDocument): ClientMetadata {
  const { policy } = document;
  return {
    ...document.metadata,
    class: policy.class,
    purposes: policy.purposes,
    allowed_claims: policy.allowedClaims,
    legal_basis: policy.legalBasis,
    min_acr: policy.minAcr,
    allowed_acr: policy.allowedAcr,
    default_acr_values: policy.defaultAcr,
    require_pkce: policy.requirePkce,
    ...(policy.loginHints === undefined ? {} : { login_hints: policy.loginHints }),
    sector: document.sector,
    ...(document.subjectTypeReason === undefined ? {} : { subject_type_reason: document.subjectTypeReason }),
    ...(policy.consentEventUri === undefined ? {} : { consent_event_uri: policy.consentEventUri }),
    state: document.state,
    client_id_issued_at: seconds(document.createdAt),
    updated_at: seconds(document.updatedAt),
  };
}

export interface ListedClient {
  readonly client_id: string;
  readonly client_name: string;
  readonly class: string;
  readonly state: string;
}

/** One line of the list of services. */
export const listedClient = ({ id, name, metadata, policy, state }: ClientDocument): ListedClient => ({
  client_id: id,
  client_name: String(metadata['client_name'] ?? name.vi),
  class: policy.class,
  state,
});
