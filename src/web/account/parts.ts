import type { RateLimiterMemory } from 'rate-limiter-flexible';
import type { ClientDirectory } from '#src/clients/ports.ts';
import type { Devices } from '#src/devices/devices.ts';
import type { DocumentParts } from '#src/documents/ports.ts';
import type { PasswordHashing } from '#src/hashing/password-hashing.ts';
import type { SignInParts } from '#src/sign-in/ports.ts';
import type { AreaParts } from '../own-service/parts.ts';

/** How often one person may do what is grave, in an hour. */
export interface AccountLimits {
  readonly codes: RateLimiterMemory;
  readonly passwords: RateLimiterMemory;
  readonly passkeys: RateLimiterMemory;
  readonly downloads: RateLimiterMemory;
  readonly feedback: RateLimiterMemory;
}

/** What the account pages are made of. */
export interface AccountParts extends AreaParts {
  readonly clients: ClientDirectory;
  readonly devices: Devices;
  readonly documents: DocumentParts;
  readonly hashing: PasswordHashing;
  readonly limits: AccountLimits;
  /** How long a passkey waits that was added with one factor alone. */
  readonly unvouchedWaitMs: number;
  readonly deviceMethods: SignInParts['deviceMethods'];
}
