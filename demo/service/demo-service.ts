import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createEventReading } from './event-reading.ts';
import type { Html } from './html.ts';
import { type Look, layout, stylesheet, type Visitor } from './layout.ts';
import { createRelyingParty, type Registration } from './relying-party.ts';
import { type Session, Sessions, type SignedIn } from './sessions.ts';
import type { Language, Words } from './words.ts';

/** What differs between the demo's services. */
export interface DemoService extends Registration {
  readonly look: Look;
  /** What somebody who is signed in sees. */
  readonly page: (signedIn: SignedIn, language: Language) => Html;
  /** Answers the page's form, with one sentence to show. */
  readonly submit?: (signedIn: SignedIn) => Words;
  readonly more?: More;
}

/** What a service does beside signing in: forms of its own, and what stands below its page. */
export interface More {
  /** By path; each leads back to the first page. */
  readonly forms: Readonly<Record<string, (session: Session, form: URLSearchParams) => void>>;
  readonly below: (session: Session, language: Language) => Html;
  /** The page looks again by itself after so many seconds. */
  readonly lookAgainAfter: (session: Session) => number | undefined;
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

const longestForm = 10_000;

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const part of request) {
    text += String(part);
    if (text.length > longestForm) throw new RangeError('the form is too long');
  }
  return new URLSearchParams(text);
}

const signedOut: Words = {
  vi: 'Bạn đã đăng xuất khỏi trang này và khỏi SenID. Trên máy dùng chung, hãy đóng cả trình duyệt.',
  en: 'You are signed out here and at SenID. On a shared computer, close the browser as well.',
};
const signedOutHere: Words = {
  vi: 'Bạn đã đăng xuất khỏi trang này. SenID vẫn đăng nhập trên trình duyệt này.',
  en: 'You are signed out here. SenID is still signed in in this browser.',
};

const withdrawn: Words = {
  vi: 'Bạn đã rút lại sự đồng ý trong SenID, nên trang này đã đăng xuất bạn và không nhận thêm thông tin nào.',
  en: 'You took your consent back in SenID, so you were signed out here and nothing more is received.',
};

/** Runs a service until a signal comes. */
export async function runDemoService(service: DemoService): Promise<void> {
  const { look, page, submit, more, clientId, port } = service;
  const party = await createRelyingParty(service);
  const sessions = new Sessions(clientId);
  const readEvent = createEventReading(service.issuer, clientId);

  async function signIn({ session, response, language, url: asked }: Exchange): Promise<void> {
    const { pending, url } = await party.begin(language, asked.searchParams.get('for') ?? undefined);
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
      if (pending === undefined) {
        // a reload or the back button, after which somebody who is signed in needs no telling
        if (session.signedIn === undefined) session.message = { error: 'not_begun_here' };
      } else {
        session.signedIn = await party.finish(url, pending);
        session.message = undefined;
        sessions.renew(session, request, response);
      }
    } catch (refusal) {
      const { error, message } = refusal as { error?: string; message: string };
      if (error === undefined) console.error(`${clientId}: ${message}`);
      session.message = { error: error ?? 'sign_in_failed' };
    }
    redirect(response, '/');
  }

  function signOut({ session, response, language }: Exchange): void {
    const idToken = session.signedIn?.idToken;
    session.signedIn = undefined;
    if (idToken === undefined) return redirect(response, '/');
    const { state, url } = party.signOut(idToken, language);
    session.leaving = state;
    session.message = { notice: signedOutHere };
    redirect(response, url);
  }

  function takeForm({ session, request, response }: Exchange): void {
    request.resume();
    if (session.signedIn !== undefined && submit !== undefined) session.message = { notice: submit(session.signedIn) };
    redirect(response, '/');
  }

  async function takeOwnForm({ session, request, response, url }: Exchange): Promise<void> {
    more?.forms[url.pathname]?.(session, await readForm(request));
    redirect(response, '/');
  }

  function showPage({ session, response, language, url }: Exchange, status: number): void {
    if (session.message?.isShown === true && !url.searchParams.has('lang')) session.message = undefined;
    if (session.message !== undefined) session.message.isShown = true;
    const { signedIn, message } = session;
    const visitor: Visitor = { language, signedIn, error: message?.error, notice: message?.notice?.[language] };
    const again = more?.lookAgainAfter(session);
    const refresh = again === undefined ? {} : { Refresh: `${again}; url=/` };
    const below = more?.below(session, language);
    response
      .writeHead(status, { ...headers, ...refresh })
      .end(layout(look, visitor, (person) => page(person, language), below).text);
  }

  /** The first page; back from SenID with the state that went there, the person is signed out there too. */
  function showFirst(exchange: Exchange): void {
    const { session, response, url } = exchange;
    if (session.leaving === undefined || url.searchParams.get('state') !== session.leaving) return showPage(exchange, 200);
    session.leaving = undefined;
    session.message = { notice: signedOut };
    redirect(response, '/');
  }

  /** SenID tells of something outside of any browser (RFC 8935). */
  async function takeEvent(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { sub, types } = await readEvent(request);
      if (types.includes('urn:senid:event:consent-withdrawn')) sessions.end(sub, withdrawn);
      response.writeHead(202).end();
    } catch (refused) {
      console.error(`${clientId}: event refused: ${(refused as Error).message}`);
      response.writeHead(400, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ err: 'invalid_request', description: 'not an event for this service' }));
    }
  }

  const ways = new Map<string, (exchange: Exchange) => void | Promise<void>>([
    ['GET /', showFirst],
    ['GET /sign-in', signIn],
    ['GET /callback', takeAnswer],
    ['GET /sign-out', signOut],
    ['POST /', takeForm],
    ...Object.keys(more?.forms ?? {}).map((path) => [`POST ${path}`, takeOwnForm] as const),
  ]);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', party.address);
    if (url.pathname === '/healthz') return void response.end('ok');
    if (url.pathname === '/style.css')
      return void response.writeHead(200, { 'Content-Type': 'text/css; charset=utf-8' }).end(stylesheet(look));
    if (request.method === 'POST' && url.pathname === '/events') return takeEvent(request, response);
    const session = sessions.open(request, response);
    const exchange = { request, response, url, session, language: languageOf(url, session, request) };
    const way = ways.get(`${request.method === 'HEAD' ? 'GET' : request.method} ${url.pathname}`);
    return way === undefined ? showPage(exchange, 404) : way(exchange);
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
