import type { AccountTexts } from '../texts/account-vi.ts';

export type AccountNotice = keyof AccountTexts['notices'];
export type AccountSection = keyof AccountTexts['sections'];

/** What every account page shows of its person. */
export interface OwnerView {
  readonly name: string;
  readonly csrf: string;
}

/** What the page before has done. */
export interface SaidView {
  readonly notice: AccountNotice;
  readonly values: Readonly<Record<string, string>>;
  /** A new device's code, shown this once. */
  readonly code?: { readonly code: string; readonly expiresAt: number } | undefined;
}

interface LineView {
  readonly label: string;
  readonly value: string;
}

/** Something that was done to or with the account. */
export interface HistoryRowView {
  /** Its number, for whoever asks about it. */
  readonly number: string;
  readonly at: string;
  /** A sentence with places. */
  readonly title: string;
  readonly values: Readonly<Record<string, string>>;
  readonly lines: readonly LineView[];
  /** To be looked at: a browser that was never used before. */
  readonly warning?: string | undefined;
  /** Where "that was not me" is sent. */
  readonly notMeUrl?: string | undefined;
  readonly isReported?: boolean | undefined;
}

export interface ConsentView {
  readonly service: string;
  readonly purpose: string;
  readonly granted: readonly { readonly name: string; readonly label: string }[];
  readonly informed: readonly { readonly label: string; readonly basis: string | undefined }[];
  readonly offlineAccess: boolean;
  readonly since: string;
  readonly until: string;
  /** The sentences that were on the page of the decision; empty where a phone showed it. */
  readonly shown: readonly string[];
  readonly withdrawUrl: string;
}

export interface DocumentView {
  readonly type: string;
  readonly name: string;
  readonly state: string;
  readonly isVerified: boolean;
  readonly agency: string;
  /** What stands in it, a member a line. */
  readonly lines: readonly string[];
  /** Why no service gets it, and what its holder can do. */
  readonly reason: string | undefined;
  readonly asked: string;
  readonly number: string;
  readonly removeUrl: string;
}

export interface PasskeyView {
  readonly name: string;
  /** Whether it stays on its device. */
  readonly kind: string;
  readonly added: string;
  readonly lastUsed: string | undefined;
  /** Until then it proves nothing on these pages: its owner may find that it is not theirs. */
  readonly waitingUntil: string | undefined;
  readonly renameUrl: string;
  readonly removeUrl: string;
}

export interface LinkView {
  readonly service: string;
  readonly label: string;
  readonly since: string;
  readonly unlinkUrl: string;
}

export interface DeviceView {
  readonly name: string;
  readonly platform: string;
  readonly enrolled: string;
  readonly lastUsed: string;
  /** Until then it reaches level 2 at most. */
  readonly waitingUntil: string | undefined;
  readonly renameUrl: string;
  readonly removeUrl: string;
}

/** One browser, with all of SenID's own areas that are open in it. */
export interface SessionView {
  readonly id: string;
  readonly browser: string;
  readonly network: string;
  readonly at: string;
  readonly services: readonly string[];
  readonly isThis: boolean;
  readonly endUrl: string;
}

/** The pages of `/account`. */
export interface AccountPages {
  'account-overview': {
    readonly me: OwnerView;
    readonly said: SaidView | undefined;
    readonly identityLevel: 1 | 2;
    readonly signInLevel: string;
    readonly ways: {
      readonly password: boolean;
      readonly totp: boolean;
      readonly devices: number;
      readonly passkeys?: number | undefined;
    };
    readonly lastSignIn: { readonly service: string; readonly at: string; readonly browser: string } | undefined;
    /** A browser never used before signed in this week, and nobody has spoken about it. */
    readonly isAlerting: boolean;
    readonly sections: readonly AccountSection[];
  };
  'account-history': {
    readonly me: OwnerView;
    readonly rows: readonly HistoryRowView[];
    readonly olderUrl: string | undefined;
    readonly isFirst: boolean;
  };
  /** "That was not me": everything has ended, this page's session too. */
  'account-reported': { readonly lockTicket: string };
  'account-consents': {
    readonly me: OwnerView;
    readonly said: SaidView | undefined;
    readonly consents: readonly ConsentView[];
    readonly links: readonly LinkView[];
  };
  'account-devices': {
    readonly me: OwnerView;
    readonly said: SaidView | undefined;
    readonly devices: readonly DeviceView[];
    readonly mayAdd: boolean;
    /** A new device's code, with the time it ends and a QR of it as a data address. */
    readonly code?: { readonly code: string; readonly until: string; readonly qr: string } | undefined;
    readonly problem?: string | undefined;
  };
  'account-new-device': { readonly me: OwnerView; readonly trouble?: 'no-password' | 'too-many' | undefined };
  'account-remove-device': { readonly me: OwnerView; readonly device: DeviceView };
  'account-documents': {
    readonly me: OwnerView;
    readonly said: SaidView | undefined;
    readonly documents: readonly DocumentView[];
    /** Which may be added; none at level 1. */
    readonly types: readonly { readonly type: string; readonly name: string }[];
    /** Why the last one was not taken, with what was typed. */
    readonly trouble: { readonly words: string; readonly type: string; readonly number: string } | undefined;
  };
  'account-passkeys': {
    readonly me: OwnerView;
    readonly said: SaidView | undefined;
    readonly passkeys: readonly PasskeyView[];
    readonly mayAdd: boolean;
    readonly problem?: string | undefined;
  };
  /** `options` is what the browser makes a passkey by, as JSON. */
  'account-new-passkey': {
    readonly me: OwnerView;
    readonly options: string;
    readonly name: string;
    readonly trouble?: string | undefined;
  };
  'account-remove-passkey': { readonly me: OwnerView; readonly passkey: PasskeyView };
  'account-sessions': {
    readonly me: OwnerView;
    readonly said: SaidView | undefined;
    readonly sessions: readonly SessionView[];
  };
  'account-password': {
    readonly me: OwnerView;
    readonly hasPassword: boolean;
    readonly wrong?: 'too-weak' | 'not-same' | 'same-as-number' | undefined;
  };
  'account-data': { readonly me: OwnerView };
  'account-feedback': {
    readonly me: OwnerView;
    readonly said: SaidView | undefined;
    /** What was typed and could not be taken. */
    readonly typed: string;
    readonly isWrong: boolean;
    /** In characters. */
    readonly longest: number;
    readonly messages: readonly {
      readonly reference: string;
      readonly at: string;
      readonly text: string;
      readonly answer: { readonly text: string; readonly at: string } | undefined;
    }[];
  };
  'account-lock': { readonly me: OwnerView };
  /** The account is locked, and nobody is in it any longer. */
  'account-locked': Record<string, never>;
}
