import type { Logger } from 'pino';
import type { RateLimiterMemory } from 'rate-limiter-flexible';
import type { ClientRegistry } from '#src/clients/registry.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';

/** What dynamic registration is made of. */
export interface RegistrationParts {
  readonly issuer: string;
  readonly logger: Logger;
  readonly registry: ClientRegistry;
  readonly random: Random;
  readonly sealing: Sealing;
  readonly claimsByScope: Readonly<Record<string, readonly string[]>>;
  /** Registrations from one network. */
  readonly begins: RateLimiterMemory;
}
