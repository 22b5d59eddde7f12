import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as client from 'openid-client';

/** What differs between the demo's services. */
export interface DemoService {
  readonly clientId: string;
  readonly issuer: string;
  readonly port: number;
  readonly authentication: client.ClientAuth;
  readonly metadata?: Partial<client.ClientMetadata>;
  readonly scope: string;
  /** More parameters of the authorization request. */
  readonly params?: Readonly<Record<string, string>>;
  readonly page: (visitor: Visitor) => Html;
}

export interface SignedIn {
  readonly claims: client.IDToken;
  readonly person: client.UserInfoResponse;
  readonly idToken: string;
}

/** Somebody's browser, as a page of the service sees it. */
export interface Visitor {
  readonly language: 'vi' | 'en';
  readonly signedIn: SignedIn | undefined;
  readonly error: { readonly code: string; readonly description: string } | undefined;
}

interface Session {
  /** By state: every tab has a sign-in of its own. */
  readonly pending: Map<string, { readonly verifier: string; readonly state: string; readonly nonce: string }>;
  signedIn?: SignedIn | undefined;
  error?: Visitor['error'];
}

/** Text that is HTML already; everything else is escaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Tagged template: values are escaped, `Html` and lists of it are taken as they are. */
export function html(parts: TemplateStringsArray, ...values: readonly unknown[]): Html {
  const shown = (value: unknown): string => {
    if (value instanceof Html) return value.text;
    if (Array.isArray(value)) return value.map(shown).join('');
    return String(value ?? '').replace(/[&<>"']/g, (character) => escapes[character] ?? character);
  };
  return new Html(parts.reduce((text, part, at) => text + part + (at < values.length ? shown(values[at]) : ''), ''));
}

/** What SenID's refusals mean to the visitor of a service. */
export const errorWords: Readonly<Record<string, { readonly vi: string; readonly en: string }>> = {
  access_denied: { vi: 'Bạn đã hủy đăng nhập. Chưa có thông tin nào được chia sẻ.', en: 'You cancelled. Nothing was shared.' },
  unmet_authentication_requirements: {
    vi: 'Tài khoản của bạn chưa đủ mức cho dịch vụ này.',
    en: 'Your account is not at the level this service needs.',
  },
  login_required: { vi: 'Bạn cần đăng nhập.', en: 'You need to sign in.' },
};

const sessionOf = (request: IncomingMessage): string | undefined =>
  /(?:^|; )demo_session=([A-Za-z0-9_-]{43})/.exec(request.headers.cookie ?? '')?.[1];

/** Runs a relying party the way any service would: openid-client, code flow with PKCE, state and nonce. */
export async function runDemoService(service: DemoService): Promise<void> {
  const address = `http://localhost:${service.port}`;
  const config = await client.discovery(new URL(service.issuer), service.clientId, service.metadata, service.authentication, {
    execute: [client.allowInsecureRequests],
  });
  const sessions = new Map<string, Session>();

  function openSession(request: IncomingMessage, response: ServerResponse): Session {
    const id = sessionOf(request) ?? randomBytes(32).toString('base64url');
    const session = sessions.get(id) ?? { pending: new Map() };
    if (sessions.size > 10_000) sessions.clear();
    sessions.set(id, session);
    response.setHeader('Set-Cookie', `demo_session=${id}; HttpOnly; SameSite=Lax; Path=/; Max-Age=86400`);
    return session;
  }

  async function signIn(session: Session, response: ServerResponse): Promise<void> {
    const pending = { verifier: client.randomPKCECodeVerifier(), state: client.randomState(), nonce: client.randomNonce() };
    if (session.pending.size > 20) session.pending.clear();
    session.pending.set(pending.state, pending);
    redirect(
      response,
      client.buildAuthorizationUrl(config, {
        redirect_uri: `${address}/callback`,
        scope: service.scope,
        code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        state: pending.state,
        nonce: pending.nonce,
        ...service.params,
      }).href,
    );
  }

  async function takeAnswer(session: Session, url: URL, response: ServerResponse): Promise<void> {
    const state = url.searchParams.get('state') ?? '';
    const pending = session.pending.get(state);
    session.pending.delete(state);
    try {
      if (pending === undefined) throw new Error('no sign-in was begun in this browser');
      const tokens = await client.authorizationCodeGrant(config, url, {
        pkceCodeVerifier: pending.verifier,
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined || tokens.id_token === undefined) throw new Error('no ID token');
      session.signedIn = {
        claims,
        idToken: tokens.id_token,
        person: await client.fetchUserInfo(config, tokens.access_token, claims.sub),
      };
      session.error = undefined;
    } catch (refusal) {
      const {
        error,
        error_description: description,
        message,
      } = refusal as { error?: string; error_description?: string; message: string };
      session.error = { code: error ?? 'sign_in_failed', description: description ?? message };
    }
    redirect(response, '/');
  }

  function signOut(session: Session, response: ServerResponse): void {
    const idToken = session.signedIn?.idToken;
    session.signedIn = undefined;
    redirect(
      response,
      idToken === undefined
        ? '/'
        : client.buildEndSessionUrl(config, { id_token_hint: idToken, post_logout_redirect_uri: `${address}/` }).href,
    );
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', address);
    const session = openSession(request, response);
    if (url.pathname === '/healthz') return void response.end('ok');
    if (url.pathname === '/sign-in') return signIn(session, response);
    if (url.pathname === '/callback') return takeAnswer(session, url, response);
    if (url.pathname === '/sign-out') return signOut(session, response);
    if (url.pathname !== '/') return void response.writeHead(404).end('404');
    const language =
      url.searchParams.get('lang') === 'en' ||
      (!url.searchParams.has('lang') && /^en/i.test(request.headers['accept-language'] ?? ''))
        ? 'en'
        : 'vi';
    const page = service.page({ language, signedIn: session.signedIn, error: session.error });
    session.error = undefined;
    response
      .writeHead(200, {
        'Content-Type': 'text/html; charset=utf-8',
        'Cache-Control': 'no-store',
        'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
      })
      .end(page.text);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((fault: unknown) => {
      console.error(fault);
      if (!response.headersSent) response.writeHead(500);
      response.end('500');
    });
  });
  server.listen(service.port, 'localhost', () => console.log(`${service.clientId} on ${address}`));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { Location: location }).end();
}
