import type { Language, LocalizedText } from '#src/kernel/identifier.ts';
import type { AccountPages } from './account/pages.ts';
import type { ConsolePages } from './console/pages.ts';

/** What every page gets besides its own model. */
export interface Chrome {
  readonly language: Language;
  /** The same page in the other language; absent where a reload would lose something. */
  readonly otherLanguageUrl?: string | undefined;
  /** The service being signed in to, shown in the top bar. */
  readonly serviceName?: string | undefined;
  /** Names this request in the logs; shown in the footer and beside every trouble. */
  readonly reference: string;
}

/** A service as people see it; `domain` is what a person compares with the address bar. */
export interface ServiceView {
  readonly name: string;
  readonly domain: string;
  readonly logoUrl?: string | undefined;
}

/** A form's address and its CSRF token. */
export interface FormTarget {
  readonly action: string;
  readonly csrf: string;
}

export interface QrView {
  /** The QR's text, for `[data-qr]`. */
  readonly text: string;
  /** The same as an SVG document, for browsers without scripts. */
  readonly imageUrl: string;
  /** The event stream, for `[data-events]`. */
  readonly eventsUrl: string;
  /** For `[data-app-link]`; absent where the app can't be on this device. */
  readonly appLink?: string | undefined;
}

export type EntryProblem =
  | 'credentials_wrong'
  | 'otp_wrong'
  | 'sign_in_slowed'
  | 'hashing_busy'
  | 'form_expired'
  | 'id_number_missing'
  | 'password_missing'
  | 'otp_missing'
  | 'passkey_refused';

export interface ClaimRow {
  readonly name: string;
  /** What the claim is called for people. */
  readonly label: string;
  /** The value as people read it; undefined where the account has none. */
  readonly value: string | undefined;
  readonly purpose: string;
  readonly essential: boolean;
  /** Sent with how the person was verified. */
  readonly verified: boolean;
  /** The legal basis, for a public service's claim that is not asked but told. */
  readonly legalBasis?: string | undefined;
}

export interface PageModels extends ConsolePages, AccountPages {
  /** `/`: what this is, and where people go from here. */
  home: { readonly issuer: string };
  /** QR and password side by side. `expired`: the QR's three minutes are over, one clear button. */
  'sign-in': {
    readonly service: ServiceView;
    readonly form: FormTarget;
    readonly idNumber: string;
    readonly problem?: EntryProblem | undefined;
    readonly retryAfterSeconds?: number | undefined;
    readonly qr: QrView | 'expired';
    /** The QR alone, on a page that renews itself also without scripts; the form would lose what is typed. */
    readonly qrOnly: boolean;
    /** Where the other ways of signing in are, from the QR alone. */
    readonly otherWayUrl?: string | undefined;
    /** Where a passkey may be used: what the browser is to sign. */
    readonly passkey?: { readonly challenge: string; readonly rpId: string } | undefined;
    /** Signing in again as this person (masked), for step-up and `prompt=login`. */
    readonly knownAs?: string | undefined;
    /** The password is already proven and a second factor is missing: then only the QR half and the code page are offered. */
    readonly level: string;
  };
  /** The code of the authenticator app; the QR stays one button away. */
  otp: {
    readonly service: ServiceView;
    readonly form: FormTarget;
    readonly problem?: EntryProblem | undefined;
    readonly retryAfterSeconds?: number | undefined;
  };
  /** A phone has scanned: confirm there. `state` as the approval's; after a decline or expiry: retry and cancel. */
  'approval-waiting': {
    readonly service: ServiceView;
    readonly form: FormTarget;
    readonly state: 'seen' | 'denied' | 'number-wrong' | 'expired';
    /** The number to type on the phone. */
    readonly number?: string | undefined;
    readonly secondsLeft: number;
    readonly eventsUrl: string;
  };
  /** After a QR approval in an unknown browser: is this you? */
  'confirm-person': { readonly service: ServiceView; readonly form: FormTarget; readonly maskedName: string };
  /** What the service will learn. `ask`: the person decides; `inform`: a public service with its legal basis. */
  consent: {
    readonly service: ServiceView;
    readonly form: FormTarget;
    readonly asked: readonly ClaimRow[];
    readonly informed: readonly ClaimRow[];
    /** What was granted earlier and goes on. */
    readonly alreadyGranted: readonly ClaimRow[];
    readonly offlineAccess: boolean;
    /** When what is granted ends by the request's own word. */
    readonly until?: string | undefined;
    readonly level: string;
    /** The account of the service that is to be linked, and the one it takes the place of. */
    readonly link?: { readonly label: string; readonly replaces: string | undefined } | undefined;
    /** It was answered as it stood before, and what it asks has changed since. */
    readonly hasChanged?: boolean | undefined;
    /** Digest of all that is said here: an answer counts for nothing else. */
    readonly shown: string;
    readonly privacyUrl?: string | undefined;
    readonly termsUrl?: string | undefined;
  };
  /** The level is out of reach: what is missing, where to go, what to bring. */
  'level-missing': {
    readonly service: ServiceView;
    readonly form: FormTarget;
    readonly missing: 'identity-level' | 'authenticator' | 'not-possible';
    readonly needed: string;
    readonly has: string;
  };
  /** The service is in the sandbox, and this person is none of its testers. */
  'not-a-tester': { readonly service: ServiceView; readonly form: FormTarget };
  /** The account can't be used (locked, closed since). */
  'account-stopped': { readonly service: ServiceView; readonly form: FormTarget };
  /** Trouble. `code` is the error catalogue's; texts come from its row. */
  error: {
    readonly status: number;
    readonly code: string;
    readonly title: LocalizedText;
    readonly explanation: LocalizedText;
    readonly nextStep: LocalizedText;
    readonly retryUrl?: string | undefined;
  };
  /** RP-initiated logout asks once; `xsrf` is the library's own token (field `xsrf`), `logout=yes` confirms. */
  'sign-out': {
    readonly service?: ServiceView | undefined;
    readonly form: { readonly action: string; readonly xsrf: string };
    /** Where "stay signed in" leads, and the client it came from. */
    readonly stay: { readonly action: string; readonly clientId?: string | undefined };
  };
  /** Sign-out was declined. `backUrl` is the service's own registered address. */
  'still-signed-in': { readonly service?: ServiceView | undefined; readonly backUrl?: string | undefined };
  /** A form that goes on by itself: the answer to a service by `form_post`, or signing out whoever was signed in before. */
  'hand-over': { readonly action: string; readonly fields: readonly { readonly name: string; readonly value: string }[] };
  'signed-out': { readonly service?: ServiceView | undefined };
  /** Signed out of one of SenID's own areas. */
  'area-signed-out': { readonly startUrl: string };
  /** `/app`: the phone. All behaviour is in one external module on the device API. */
  app: { readonly issuer: string; readonly modules: readonly string[] };
}

export type PageName = keyof PageModels;
