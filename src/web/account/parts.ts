import type { ClientDirectory } from '#src/clients/ports.ts';
import type { Devices } from '#src/devices/devices.ts';
import type { DocumentParts } from '#src/documents/ports.ts';
import type { PasswordHashing } from '#src/hashing/password-hashing.ts';
import type { SignInParts } from '#src/sign-in/ports.ts';
import type { AreaParts } from '../own-service/parts.ts';

/** What the account pages are made of. */
export interface AccountParts extends AreaParts {
  readonly clients: ClientDirectory;
  readonly devices: Devices;
  readonly documents: DocumentParts;
  readonly hashing: PasswordHashing;
  readonly deviceMethods: SignInParts['deviceMethods'];
}
