import type { AccountId, LocalizedText } from '#src/kernel/identifier.ts';

/** How well the person behind an account was proven: 2 only in person. */
export type IdentityLevel = 1 | 2;

export interface PersonName {
  readonly family: string;
  readonly middle: string;
  readonly given: string;
}

export interface PostalAddress {
  readonly streetAddress?: string;
  /** Commune (`locality` of OIDC Core 5.1.1). */
  readonly locality: string;
  /** Province (`region`). */
  readonly region: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

/** Who the person is. Texts are Unicode NFC. Kept sealed in the store. */
export interface Person {
  /** 12 digits for citizens; an opaque number for foreigners. */
  readonly idNumber: string;
  readonly name: PersonName;
  /** `YYYY-MM-DD`, or `YYYY` alone. */
  readonly birthdate: string;
  readonly gender: 'female' | 'male' | 'other';
  /** E.164. */
  readonly phone?: string;
  readonly email?: string;
  readonly address?: PostalAddress;
  /** ISO 3166-1 alpha-3, as OpenID Identity Assurance's `nationalities`. */
  readonly nationality: string;
}

/** How a level-2 account was proven in person. Numbers of documents are not kept here. */
export interface IdentityEvidence {
  /** `in-person`: an officer saw the person and their identity document. */
  readonly kind: string;
  readonly place: string;
  /** A day, or a moment with its time zone (ISO 8601); other texts are kept and said to nobody. */
  readonly date: string;
  readonly officer: string;
  /** The identity document that was seen. Days are `YYYY-MM-DD`. */
  readonly document?: {
    readonly type: DocumentType;
    readonly issuer?: string;
    readonly issuedOn?: string;
    readonly expiresOn?: string;
  };
  /** The population register whose record was compared, and when. */
  readonly register?: { readonly source: string; readonly date: string };
}

/** Identity documents, by the names that OpenID Identity Assurance has for them. */
export const documentTypes = ['idcard', 'passport', 'residence_permit'] as const;
type DocumentType = (typeof documentTypes)[number];

export type LockGround =
  | 'own-request'
  | 'terms-broken'
  | 'card-revoked'
  | 'card-expired'
  | 'death'
  | 'authority-request'
  | 'passport-expired'
  | 'residence-expired'
  | 'dissolution';

export interface AccountLock {
  readonly ground: LockGround;
  readonly by: 'self' | 'authority';
  readonly at: number;
  readonly reason?: string;
}

/** One person's account as rules see it. */
export interface Account {
  readonly id: AccountId;
  readonly kind: 'citizen' | 'foreigner';
  readonly identityLevel: IdentityLevel;
  /** A lock, whoever set it, stops every sign-in, token and device. */
  readonly lock: AccountLock | undefined;
  /**
   * When everything of the account was last ended, in milliseconds since the epoch; never the same twice, so that it also tells one ending
   * from the next. What was proven, granted or issued under another value is dead.
   */
  readonly validFrom: number;
  /** The same for one service, or one purpose of it: how often everything it had was taken back (`service-endings.ts`). */
  readonly endings?: Readonly<Record<string, number>> | undefined;
  /** Which ways to sign in are enrolled now (assurance asks; nobody is enrolled in the middle of a sign-in). */
  readonly authenticators: {
    readonly password: boolean;
    readonly totp: boolean;
    readonly devices: number;
    /** Absent before the first one. */
    readonly passkeys?: number | undefined;
  };
  readonly evidence: IdentityEvidence | undefined;
  /** Opens the sealed part; costs a decryption, so ask only for what is shown or released. */
  readonly person: () => Person;
}

/** A name in the order Vietnamese write it: family, middle, given. */
export function displayName(name: PersonName): string {
  return [name.family, name.middle, name.given].filter(Boolean).join(' ');
}

/** `Nguyễn V** A`: enough for its owner to recognise, too little for a stranger. */
export function maskedName(name: PersonName): string {
  const mask = (word: string): string =>
    word.length <= 1 ? word : `${[...word][0]}${'*'.repeat(Math.max(1, [...word].length - 1))}`;
  return [name.family, ...name.middle.split(' ').map(mask), mask(name.given)].filter(Boolean).join(' ');
}

export const identityLevelLabel: Record<IdentityLevel, LocalizedText> = {
  1: { vi: 'mức 1', en: 'level 1' },
  2: { vi: 'mức 2', en: 'level 2' },
};
