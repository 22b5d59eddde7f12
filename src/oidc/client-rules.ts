import { Provider } from 'oidc-provider';
import type { ClientMetadataRules } from '#src/clients/ports.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { supportedMetadata } from './provider.ts';

/** Checks OIDC client metadata with the library's own schema, against what this version supports. */
export function createClientMetadataRules(issuer: string): ClientMetadataRules {
  const provider = new Provider(issuer, {
    ...supportedMetadata(),
    // never asked for a subject: it only has to be there for pairwise clients to be valid
    pairwiseIdentifier: async () => {
      throw new TypeError('this provider only checks metadata');
    },
    adapter: () => {
      throw new TypeError('this provider keeps nothing');
    },
    cookies: { keys: ['unused'] },
  });
  // the published types leave the constructor's argument out
  const Metadata = provider.Client as unknown as new (metadata: object) => unknown;
  return {
    check(metadata, secret) {
      try {
        new Metadata({ ...metadata, ...(secret === undefined ? {} : { client_secret: secret }) });
      } catch (cause) {
        const { error_description: description } = cause as { error_description?: string };
        throw new DomainError('client_metadata_invalid', { detail: description ?? 'not valid client metadata', cause });
      }
    },
  };
}
