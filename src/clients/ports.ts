import type { Client, ClientMetadata } from './client.ts';
import type { ClientSecret } from './secrets.ts';

/** Checks OIDC client metadata against what the provider supports; the OpenID layer implements it. */
export interface ClientMetadataRules {
  /** @throws {DomainError} `client_metadata_invalid` */
  check(metadata: ClientMetadata, secret: string | undefined): void;
}

/** Finds a service that works; suspended ones, and versions that wait, are not found. Answers are at most five seconds old. */
export interface ClientDirectory {
  find(id: string): Promise<ClientWithSecrets | undefined>;
}

export interface ClientWithSecrets {
  readonly client: Client;
  /** The newest first, also those that are over: whoever compares looks at the clock. */
  readonly secrets: readonly ClientSecret[];
}
