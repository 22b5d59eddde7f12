import { documentTypes } from '#src/accounts/account.ts';
import { claimsInVerifiedClaims } from '#src/consent/claim-catalogue.ts';
import type { ProviderParts } from './parts.ts';

/** What discovery says of verified claims. @see OpenID Connect for Identity Assurance 1.0, 8 */
export const verifiedClaimsMetadata = ({ catalogue, verification }: Pick<ProviderParts, 'catalogue' | 'verification'>) => ({
  verified_claims_supported: true,
  trust_frameworks_supported: [verification.trustFramework],
  evidence_supported: ['document', 'electronic_record'],
  documents_supported: [...documentTypes],
  documents_check_methods_supported: [verification.inPersonCheck],
  electronic_records_supported: ['population_register'],
  claims_in_verified_claims_supported: claimsInVerifiedClaims(catalogue),
});
