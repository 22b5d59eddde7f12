import type { LocalizedText } from '#src/kernel/identifier.ts';
import type { SecurityProfile } from './profile-names.ts';
import type { Stage } from './states.ts';

/** A public-law service, a private company's, or one of SenID's own. */
export type ClientClass = 'public' | 'private' | 'internal';

export interface Purpose extends LocalizedText {
  readonly id: string;
}

/** A claim a public service reads by law: told, not asked. */
export interface LegalBasis {
  readonly claim: string;
  readonly text: LocalizedText;
}

/** OIDC client metadata (Dynamic Client Registration 1.0, section 2) as registered, without secrets. */
export type ClientMetadata = Readonly<Record<string, unknown>>;

/** SenID's own members of a registration. */
export interface ClientPolicy {
  readonly class: ClientClass;
  readonly purposes: readonly [Purpose, ...Purpose[]];
  /** Claim names that may leave to this service at all. */
  readonly allowedClaims: readonly string[];
  /** Scopes that it may ask for, where its registration names them; else they follow from its claims (`scopesOf`). */
  readonly allowedScopes?: readonly string[] | undefined;
  /** Absent: plain OpenID Connect. */
  readonly profile?: SecurityProfile | undefined;
  readonly legalBasis: readonly LegalBasis[];
  /** `min_acr`: required of every sign-in, never asked. */
  readonly minAcr: string;
  readonly allowedAcr: readonly string[];
  /** `default_acr_values` of the registration: asked when a request asks nothing. */
  readonly defaultAcr: readonly string[];
  /** False only for a confidential client with an old library. */
  readonly requirePkce: boolean;
  /** How this service may name people in requests of its own (`login_hint`); absent, in no way. */
  readonly loginHints?: readonly ('id_number' | 'phone')[];
  /** Where the service is told of withdrawn consents and of account links. @see RFC 8935 */
  readonly consentEventUri?: string | undefined;
}

/** Somebody who may sign in at a service that is in the sandbox. */
export interface Tester {
  /** The keyed digest of an ID number. */
  readonly ref: string;
  /** What the service calls them. */
  readonly label: string;
  readonly addedAt: number;
}

/** Whether a service is trusted as one of SenID's own: in the sandbox, where its makers alone may change it, nobody's word is more than that. */
export const isOurs = ({ stage, policy }: Pick<Client, 'stage' | 'policy'>): boolean =>
  policy.class === 'internal' && stage === 'production';

/** The outcome that a developer has chosen for the sign-ins at their service. */
export interface Simulation {
  readonly outcome: string;
  /** Milliseconds since the epoch: by itself it is forgotten then. */
  readonly until: number;
}

/** A relying party ("service" on screens). */
export interface Client {
  readonly id: string;
  /** Suspended, nothing of it works, whatever its stage. */
  readonly state: 'active' | 'suspended';
  readonly stage: Stage;
  /** How often it has been suspended. What was issued remembers the number, and is dead under any other. */
  readonly suspensions?: number | undefined;
  readonly testers?: readonly Tester[] | undefined;
  /** Only looked at by `simulatedOutcome`. */
  readonly simulation?: Simulation | undefined;
  readonly name: LocalizedText;
  /** Where it stands by its registration: the host of its first redirect URI, or of `client_uri`. What a person compares in a request is `shown-domain.ts`. */
  readonly domain: string;
  readonly metadata: ClientMetadata;
  readonly policy: ClientPolicy;
  /** Frozen at registration, with the version of the key: a new redirect host never changes a `sub`. */
  readonly sector: string;
  readonly subjectKeyVersion: number;
  readonly subjectType: 'pairwise' | 'public';
  /** Why services may recognise the same person: public subjects are never without one, but at our own services. */
  readonly subjectTypeReason?: string | undefined;
}
