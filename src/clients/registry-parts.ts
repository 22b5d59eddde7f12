import type { Random } from '#src/kernel/random.ts';
import type { ClientDirectoryParts } from './directory.ts';
import type { ClientMetadataRules } from './ports.ts';
import type { RegistrationPolicy } from './registration.ts';

/** What the use cases of the registry are made of. */
export interface ClientRegistryParts extends ClientDirectoryParts {
  readonly random: Random;
  readonly rules: ClientMetadataRules;
  readonly registration: RegistrationPolicy;
  /** The keyed digest that stands for an ID number; undefined for what is none. */
  readonly idNumberDigest: (idNumber: string) => string | undefined;
}
