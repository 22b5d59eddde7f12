import type { SubjectIdentifiers } from '#src/accounts/subject-identifier.ts';
import type { BackchannelParts } from '#src/backchannel/ports.ts';
import type { MatchLimit } from '#src/consent/match-limit.ts';
import type { ClientCertificates } from './client-certificate.ts';
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
export interface ProviderParts extends BackchannelParts {
  readonly issuer: string;
  readonly reads: RequestReads;
  readonly consumption: Consumption;
  readonly keys: readonly PrivateJwk[];
  readonly subjects: SubjectIdentifiers;
  readonly matchLimit: MatchLimit;
  readonly pages: ProtocolPages;
  /** The name of the claim that says which account of the service was linked. */
  readonly linkClaim: string;
  readonly lives: ProtocolLives;
  /** Services may register by themselves, for the sandbox. */
  readonly openRegistration: boolean;
  readonly pause: (ms: number) => Promise<unknown>;
  /** The proxy in front tells address and scheme of a request. */
  readonly trustProxy: boolean;
  readonly outboundPrivate: boolean;
  readonly clientCertificates: ClientCertificates;
  /** The listener that asks clients for certificates, where it is another one. */
  readonly mtlsUrl: string | undefined;
  /** The keys that clients publish. */
  readonly keySets: KeySets;
}
