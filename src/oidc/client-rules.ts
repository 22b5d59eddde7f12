import { Provider } from 'oidc-provider';
import type { ClientMetadataRules } from '#src/clients/ports.ts';
import { type ClaimCatalogue, claimsByScope } from '#src/consent/claim-catalogue.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { ClientCertificates } from './client-certificate.ts';
import { generateSigningKey, signingAlgorithms } from './signing-keys.ts';
import { supportedMetadata } from './supported.ts';

type MetadataConstructor = new (metadata: object) => unknown;

/** A provider that never answers a request: it only has to know what ours supports. */
function createMetadataCheck(issuer: string, catalogue: ClaimCatalogue, certificates: ClientCertificates): MetadataConstructor {
  const provider = new Provider(issuer, {
    ...supportedMetadata(certificates),
    claims: { openid: ['sub'], ...claimsByScope(catalogue) },
    jwks: { keys: signingAlgorithms.map(generateSigningKey) as never },
    pairwiseIdentifier: async () => {
      throw new TypeError('this provider only checks metadata');
    },
    adapter: () => {
      throw new TypeError('this provider keeps nothing');
    },
    cookies: { keys: ['unused'] },
  });
  // the published types leave the constructor's argument out
  return provider.Client as unknown as MetadataConstructor;
}

/** Checks OIDC client metadata with the library's own schema, against what this version supports. */
export function createClientMetadataRules(
  issuer: string,
  catalogue: ClaimCatalogue,
  certificates: ClientCertificates,
): ClientMetadataRules {
  let Metadata: MetadataConstructor | undefined;
  return {
    check(metadata, secret) {
      Metadata ??= createMetadataCheck(issuer, catalogue, certificates);
      try {
        new Metadata({ ...metadata, ...(secret === undefined ? {} : { client_secret: secret }) });
      } catch (cause) {
        const { error_description: description } = cause as { error_description?: string };
        throw new DomainError('client_metadata_invalid', { detail: description ?? 'not valid client metadata', cause });
      }
    },
  };
}
