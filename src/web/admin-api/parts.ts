import type { Logger } from 'pino';
import type { RateLimiterMemory } from 'rate-limiter-flexible';
import type { ClientDirectory } from '#src/clients/ports.ts';
import type { ClientRegistry } from '#src/clients/registry.ts';

/** What the admin API is made of. */
export interface AdminApiParts {
  readonly logger: Logger;
  readonly issuer: string;
  readonly clients: ClientDirectory;
  readonly registry: ClientRegistry;
  /** Calls of one client. */
  readonly calls: RateLimiterMemory;
}
