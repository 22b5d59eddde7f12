import type { Client, ClientMetadata } from './client.ts';

/** Checks OIDC client metadata against what the provider supports; the OpenID layer implements it. */
export interface ClientMetadataRules {
  /** @throws {DomainError} `client_metadata_invalid` */
  check(metadata: ClientMetadata, secret: string | undefined): void;
}

/** Finds a service; suspended ones are not found. Answers are at most five seconds old. */
export interface ClientDirectory {
  find(id: string): Promise<ClientWithSecret | undefined>;
}

export interface ClientWithSecret {
  readonly client: Client;
  readonly secret: string | undefined;
}
