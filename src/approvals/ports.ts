import type { AccountId, LocalizedText } from '#src/kernel/identifier.ts';

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
  /** Milliseconds since the epoch of its first use, when known. */
  readonly browserKnownSince: number | undefined;
}

/** Approvals ask the sign-in journey about the page they answer to; `sign-in/` implements it. */
export interface SignInRequests {
  find(interaction: string): Promise<SignInRequest | undefined>;
  forAccount(interaction: string, accountId: AccountId): Promise<SignInRequestForAccount | undefined>;
}
