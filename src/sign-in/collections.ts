import type { ProvenMethod } from '#src/assurance/methods.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';

/** What a person did so far on the pages of one authorization request. */
export interface JourneyProgress {
  /** Who signed in on these pages; never mixed: another person's sign-in replaces account and methods together. */
  readonly accountId?: AccountId | undefined;
  readonly methods?: readonly ProvenMethod[] | undefined;
  /** Milliseconds since the epoch: the page's present QR began; absent, it began with the request. */
  readonly qrStartedAt?: number | undefined;
  /** The phone approval that was used, with the claims granted on it. */
  readonly approval?: { readonly id: string; readonly granted: readonly string[]; readonly browserKnown: boolean } | undefined;
  /** The last approval taken up here, also after another person's sign-in took its place. */
  readonly tookApproval?: string | undefined;
  /** "Somebody else": whoever the browser's session belongs to is not meant. */
  readonly sessionLeft?: boolean | undefined;
  /** After an approval in an unknown browser: the person said "this is me". */
  readonly confirmed?: boolean | undefined;
  /** How it ended, where that does not follow from the rest; set once. */
  readonly result?: JourneyResult | undefined;
  /** The browser these pages are shown in; of its address the network. */
  readonly from?: { readonly browser: string; readonly address: string; readonly browserKey: string | undefined } | undefined;
}

/** An end that the pages wrote down: an OAuth error, or the answer to a consent page that the request itself asked for. */
export type JourneyResult =
  | { readonly outcome: 'refused'; readonly error: string; readonly description: string }
  | { readonly outcome: 'consent-answered' };

/** `payload` belongs to the OpenID layer: the request and the session it came with. */
export interface InteractionDocument extends JourneyProgress {
  readonly id: string;
  readonly payload: InteractionPayload;
  /** Whom the service expects, out of `payload.params`; sealed (`hints.ts`). */
  readonly hints?: string | undefined;
  /** The provider has taken the result up; once. */
  readonly takenUp?: boolean | undefined;
  readonly expiresAt: number;
}

/** The members of an interaction that rules read. */
export interface InteractionPayload {
  readonly params: Readonly<Record<string, unknown>>;
  readonly prompt: { readonly name: string; readonly reasons: readonly string[] };
  readonly returnTo: string;
  /** Whole seconds since the epoch. */
  readonly iat: number;
  readonly session?: { readonly accountId: string; readonly uid?: string; readonly amr?: readonly string[] } | undefined;
}

export const interactions = collection<InteractionDocument>()({
  name: 'interactions',
  lifetime: 'expires',
  durability: 'buffered',
  restored: 'when-asked',
});

/** A browser in which a person has signed in before. */
export interface KnownBrowserDocument {
  /** `<account>.<digest of the browser's cookie>` */
  readonly id: string;
  readonly accountId: AccountId;
  readonly since: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
}

export const knownBrowsers = collection<KnownBrowserDocument>()({
  name: 'known_browsers',
  lifetime: 'expires',
  durability: 'buffered',
  // it signs nobody in, and without it a stranger's browser is not told from one's own
  restored: 'always',
  indexes: { account: { on: 'accountId' } },
});
