import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Html } from './html.ts';
import { type Look, layout, stylesheet, type Visitor } from './layout.ts';
import { createRelyingParty, type Registration } from './relying-party.ts';
import { type Session, Sessions, type SignedIn } from './sessions.ts';
import type { Language } from './words.ts';

/** What differs between the demo's services. */
export interface DemoService extends Registration {
  readonly look: Look;
  /** What somebody who is signed in sees. */
  readonly page: (signedIn: SignedIn, language: Language) => Html;
  /** Answers the page's form, with one sentence to show. */
  readonly submit?: (language: Language) => string;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly session: Session;
  readonly language: Language;
}

const redirect = (response: ServerResponse, location: string): void => {
  response.writeHead(303, { Location: location }).end();
};

const headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};

/** The language chosen here before, else what the browser prefers, else Vietnamese. */
function languageOf(url: URL, session: Session, request: IncomingMessage): Language {
  const chosen = url.searchParams.get('lang');
  if (chosen === 'vi' || chosen === 'en') session.language = chosen;
  return session.language ?? (/^en/i.test(request.headers['accept-language'] ?? '') ? 'en' : 'vi');
}

/** Runs a service until a signal comes. */
export async function runDemoService(service: DemoService): Promise<void> {
  const { look, page, submit, clientId, port } = service;
  const party = await createRelyingParty(service);
  const sessions = new Sessions(clientId);

  async function signIn({ session, response, language }: Exchange): Promise<void> {
    const { pending, url } = await party.begin(language);
    const [oldest] = session.pending.keys();
    if (session.pending.size >= 20 && oldest !== undefined) session.pending.delete(oldest);
    session.pending.set(pending.state, pending);
    redirect(response, url);
  }

  async function takeAnswer({ session, request, response, url }: Exchange): Promise<void> {
    const state = url.searchParams.get('state') ?? '';
    const pending = session.pending.get(state);
    session.pending.delete(state);
    try {
      if (pending === undefined) session.error = { code: 'not_begun_here' };
      else {
        session.signedIn = await party.finish(url, pending);
        session.error = undefined;
        sessions.renew(session, request, response);
      }
    } catch (refusal) {
      const { error, message } = refusal as { error?: string; message: string };
      if (error === undefined) console.error(`${clientId}: ${message}`);
      session.error = { code: error ?? 'sign_in_failed' };
    }
    redirect(response, '/');
  }

  function signOut({ session, response, language }: Exchange): void {
    const idToken = session.signedIn?.idToken;
    session.signedIn = undefined;
    redirect(response, idToken === undefined ? '/' : party.signOutUrl(idToken, language));
  }

  function takeForm({ session, request, response, language }: Exchange): void {
    request.resume();
    if (session.signedIn !== undefined) session.notice = submit?.(language);
    redirect(response, '/');
  }

  function showPage({ session, response, language }: Exchange, status: number): void {
    const { signedIn, error, notice } = session;
    const visitor: Visitor = { language, signedIn, error, notice };
    session.error = undefined;
    session.notice = undefined;
    response.writeHead(status, headers).end(layout(look, visitor, (person) => page(person, language)).text);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', party.address);
    if (url.pathname === '/healthz') return void response.end('ok');
    if (url.pathname === '/style.css')
      return void response.writeHead(200, { 'Content-Type': 'text/css; charset=utf-8' }).end(stylesheet(look));
    const session = sessions.open(request, response);
    const exchange = { request, response, url, session, language: languageOf(url, session, request) };
    const way = `${request.method === 'HEAD' ? 'GET' : request.method} ${url.pathname}`;
    if (way === 'GET /sign-in') return signIn(exchange);
    if (way === 'GET /callback') return takeAnswer(exchange);
    if (way === 'GET /sign-out') return signOut(exchange);
    if (way === 'POST /' && submit !== undefined) return takeForm(exchange);
    return showPage(exchange, way === 'GET /' ? 200 : 404);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((fault: unknown) => {
      console.error(fault);
      if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('Trang tạm thời gặp sự cố. / Something went wrong here.');
    });
  });
  server.listen(port, 'localhost', () => console.log(`${clientId} on ${party.address}`));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
}
