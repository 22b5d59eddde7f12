import type { SubjectIdentifiers } from '#src/accounts/subject-identifier.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { SignInParts } from '#src/sign-in/ports.ts';
import type { Consumption } from './consumption.ts';
import type { KeySets } from './key-sets.ts';
import type { ProtocolPages } from './protocol-pages.ts';
import type { RequestReads } from './request-reads.ts';
import type { PrivateJwk } from './signing-keys.ts';

/** How long protocol things live, in seconds. */
export interface ProtocolLives {
  readonly session: number;
  readonly interaction: number;
  readonly authorizationCode: number;
  readonly accessToken: number;
  readonly idToken: number;
  readonly clientCredentials: number;
  readonly refreshToken: number;
  readonly grant: number;
}

/** What the OpenID provider is made of. */
export interface ProviderParts extends SignInParts {
  readonly issuer: string;
  readonly reads: RequestReads;
  readonly consumption: Consumption;
  readonly keys: readonly PrivateJwk[];
  readonly sealing: Sealing;
  readonly subjects: SubjectIdentifiers;
  readonly pages: ProtocolPages;
  readonly lives: ProtocolLives;
  /** The proxy in front tells address and scheme of a request. */
  readonly trustProxy: boolean;
  readonly outboundPrivate: boolean;
  /** The keys that clients publish. */
  readonly keySets: KeySets;
}
