import type { Account } from '#src/accounts/account.ts';
import type { ProvenMethod } from '#src/assurance/methods.ts';
import type { AccountId, ApprovalId, DeviceId, Language, LocalizedText } from '#src/kernel/identifier.ts';
import type { Write } from '#src/kernel/store.ts';

/** A claim as the person is shown it on the phone. */
export interface OfferedClaim {
  readonly name: string;
  readonly value: unknown;
  readonly essential: boolean;
  readonly purpose: LocalizedText;
  /** Read by law: shown, not asked. */
  readonly legal_basis?: LocalizedText;
  /** Sent with how the person was verified. */
  readonly verified?: boolean;
}

/** A sign-in page that waits in some browser, as an approval needs to know it. */
export interface SignInRequest {
  /** The interaction's uid. */
  readonly interaction: string;
  readonly clientId: string;
  readonly client: { readonly name: LocalizedText; readonly domain: string };
  /** A page of SenID itself: a phone that waits is not asked there. */
  readonly isOwnService: boolean;
  /** base64url SHA-256 over the authorization request's parameters. */
  readonly requestDigest: string;
  /** Milliseconds since the epoch: when the page's present QR began; a retry begins a new one. */
  readonly qrStartedAt: number;
  readonly requestedAt: number;
  readonly from: { readonly browser: string; readonly network: string; readonly place: string | null };
}

/** The same request, seen for one person. */
export interface SignInRequestForAccount {
  /** The acr this sign-in aims at, e.g. `urn:senid:acr:id2-auth2`. */
  readonly acr: string;
  /** False when this account can't reach what the service needs, whatever it does (identity level too low). */
  readonly reachable: boolean;
  readonly claims: readonly OfferedClaim[];
  /** The account has used this browser before. */
  readonly browserKnown: boolean;
  /** They have used it long enough for the highest level. */
  readonly browserTrusted: boolean;
}

/** Approvals ask the sign-in journey about the page they answer to; `sign-in/` implements it. */
export interface SignInRequests {
  find(interaction: string): Promise<SignInRequest | undefined>;
  forAccount(interaction: string, accountId: AccountId): Promise<SignInRequestForAccount | undefined>;
}

/** What a service asks of a person by itself, as a phone shows it. */
export interface ShownServiceRequest {
  readonly clientId: string;
  readonly client: { readonly name: LocalizedText; readonly domain: string };
  /** Milliseconds since the epoch. */
  readonly requestedAt: number;
  readonly acr: string;
  readonly claims: readonly OfferedClaim[];
  /** The transaction to approve, member by member as it is signed. */
  readonly transaction: object | null;
  /** When what is granted ends, in milliseconds since the epoch; undefined where the request says nothing of it. */
  readonly until: number | undefined;
  readonly bindingMessage: string | null;
  /** The register's own matcher must have seen the person's face. */
  readonly faceRequired: boolean;
}

/** A service's own request as it was kept, opened. */
export interface KeptServiceRequest {
  readonly id: ApprovalId;
  readonly accountId: AccountId;
  readonly request: unknown;
}

/** A claim on a phone's screen. */
export interface ShownClaim {
  readonly name: string;
  readonly purpose: LocalizedText;
  readonly legal_basis?: LocalizedText;
}

/** What was frozen for the person to see. */
export interface Shown {
  readonly client: { readonly name: LocalizedText; readonly domain: string };
  readonly claims: readonly ShownClaim[];
  /** The register's matcher has to have seen the person for a yes. */
  readonly face_required: boolean;
}

/** A yes that was verified and is about to count. */
export interface Yes {
  /** What stood on the phone. */
  readonly shown: Shown;
  readonly account: Account;
  readonly deviceId: DeviceId;
  readonly granted: readonly string[];
  readonly methods: readonly ProvenMethod[];
  /** The signed decision. */
  readonly decision: string;
  /** In which language the phone showed it, where it says so. */
  readonly language: Language | undefined;
  /** When the register's matcher saw the face on this phone, in milliseconds since the epoch. */
  readonly faceMatchedAt: number | undefined;
}

/** What goes with a yes. */
export interface Permitted {
  /** In the same commit. */
  readonly writes: readonly Write[];
  /** Kept with the approval for whoever makes tokens of it. */
  readonly note: Readonly<Record<string, unknown>>;
}

/** Approvals ask what a service's own request is about; `backchannel/` implements it. */
export interface ServiceRequests {
  /** Undefined when the service or the account is gone, or the level is out of its reach. */
  shownTo(kept: KeptServiceRequest): Promise<ShownServiceRequest | undefined>;
  /**
   * Whether this person may say yes now, and what a yes does beside.
   * @throws {DomainError} `face_missing`, `approval_not_found`
   */
  permit(kept: KeptServiceRequest, yes: Yes): Promise<Permitted>;
  /** What tells whoever waits that there is an answer, yes or no; in the commit of the decision. */
  told(kept: KeptServiceRequest): readonly Write[];
}
