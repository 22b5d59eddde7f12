import type { Logger } from 'pino';
import type { RateLimiterMemory } from 'rate-limiter-flexible';
import type { ClientDirectory } from '#src/clients/ports.ts';
import type { ClientRegistry } from '#src/clients/registry.ts';
import type { ServiceTokenParts } from '#src/oidc/service-token.ts';

/** What the admin API is made of. */
export interface AdminApiParts {
  readonly logger: Logger;
  readonly issuer: string;
  readonly clients: ClientDirectory;
  readonly registry: ClientRegistry;
  /** What a bound token's proof is measured against. */
  readonly sender: ServiceTokenParts;
  /** Calls of one client. */
  readonly calls: RateLimiterMemory;
}
