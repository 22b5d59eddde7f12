import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IDToken, UserInfoResponse } from 'openid-client';
import type { Language, Words } from './words.ts';

/** One sign-in under way. */
export interface Pending {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  /** What of the service's it is for; empty for the usual. */
  readonly purpose: string;
}

export interface SignedIn {
  readonly claims: IDToken;
  readonly person: UserInfoResponse;
  readonly idToken: string;
  readonly purpose: string;
}

export interface Session {
  /** By state: every tab has a sign-in of its own. */
  readonly pending: Map<string, Pending>;
  language?: Language;
  signedIn?: SignedIn | undefined;
  /** Shown on the next page, and again when only its language is changed. */
  message?: { readonly error?: string; readonly notice?: Words; isShown?: boolean } | undefined;
  /** What a service keeps of its own. */
  own?: object;
  /** SenID sends this back once it has signed the person out. */
  leaving?: string | undefined;
}

const most = 10_000;

/** The service's own sessions, in memory. Cookies know no ports, so each service has a cookie name of its own. */
export class Sessions {
  readonly #cookie: string;
  readonly #byId = new Map<string, Session>();

  constructor(clientId: string) {
    this.#cookie = `${clientId}-session`;
  }

  /** The session of this browser; one of ours only, never one that the browser names itself. */
  open(request: IncomingMessage, response: ServerResponse): Session {
    const id = this.#idOf(request);
    const known = id === undefined ? undefined : this.#byId.get(id);
    if (known !== undefined) return known;
    const session: Session = { pending: new Map() };
    this.#hand(session, response);
    return session;
  }

  /** What SenID told us of a person ends their sign-in here, in every browser, and says why. */
  end(sub: string, notice: Words): void {
    for (const session of this.#byId.values()) {
      if (session.signedIn?.claims.sub !== sub) continue;
      session.signedIn = undefined;
      session.message = { notice };
    }
  }

  /** A new name for the session, so that nobody who knew the old one is signed in with it. */
  renew(session: Session, request: IncomingMessage, response: ServerResponse): void {
    const id = this.#idOf(request);
    if (id !== undefined) this.#byId.delete(id);
    this.#hand(session, response);
  }

  #idOf({ headers }: IncomingMessage): string | undefined {
    return new RegExp(`(?:^|; )${this.#cookie}=([A-Za-z0-9_-]{43})(?:;|$)`).exec(headers.cookie ?? '')?.[1];
  }

  #hand(session: Session, response: ServerResponse): void {
    const [oldest] = this.#byId.keys();
    if (this.#byId.size >= most && oldest !== undefined) this.#byId.delete(oldest);
    const id = randomBytes(32).toString('base64url');
    this.#byId.set(id, session);
    response.setHeader('Set-Cookie', `${this.#cookie}=${id}; HttpOnly; SameSite=Lax; Path=/; Max-Age=86400`);
  }
}
