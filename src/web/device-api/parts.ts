import type { RateLimiterMemory } from 'rate-limiter-flexible';
import type { AccountDirectory, KeyboardAuthentication } from '#src/accounts/ports.ts';
import type { Approvals } from '#src/approvals/approvals.ts';
import type { ClientDirectory } from '#src/clients/ports.ts';
import type { Devices } from '#src/devices/devices.ts';
import type { DocumentParts } from '#src/documents/ports.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';

/** What the device API is made of. */
export interface DeviceApiParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly issuer: string;
  readonly sealing: Sealing;
  readonly accounts: AccountDirectory;
  readonly clients: ClientDirectory;
  readonly devices: Devices;
  readonly approvals: Approvals;
  readonly documents: DocumentParts;
  readonly keyboard: KeyboardAuthentication;
  readonly limits: DeviceApiLimits;
}

export interface DeviceApiLimits {
  readonly callsOfDevice: RateLimiterMemory;
  readonly wrongCodesOfNetwork: RateLimiterMemory;
  /** In development everybody comes from one address. */
  readonly loopbackIsFree: boolean;
}
