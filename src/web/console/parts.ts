import type { ClientRegistry } from '#src/clients/registry.ts';
import type { SignInParts } from '#src/sign-in/ports.ts';
import type { AreaParts } from '../own-service/parts.ts';

/** What the console is made of. */
export interface ConsoleParts extends AreaParts {
  readonly registry: ClientRegistry;
  readonly catalogue: SignInParts['catalogue'];
}
