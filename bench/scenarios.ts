import { createHash, randomBytes } from 'node:crypto';
import { createVirtualPhone, enrolPhone, readPayload, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { FormBrowser, type Page } from '#test/support/form-browser.ts';
import { call } from './lean-client.ts';

/** One server under load. */
export interface Peer {
  readonly issuer: string;
  readonly people: number;
  /** Services `bench-0` and so on, one of which each operation takes; without, there is `bench` alone. */
  readonly clients?: number;
  /** It is oidc-provider by itself, which has no phones and whose page has no way out. */
  readonly isBare?: boolean;
  /** Enrolment codes, each of another person, for scenarios with phones. */
  readonly codes?: readonly string[];
}

/** Prepares one worker and gives the function that does one operation; it throws when an answer is not as it must be. */
export type Scenario = (peer: Peer) => Promise<() => Promise<void>>;

const redirectUri = 'http://localhost:9/cb';
const random = (): string => randomBytes(32).toString('base64url');
const basic = (id: string): string => `Basic ${Buffer.from(`${id}:bench-secret`).toString('base64')}`;

interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
  readonly refresh_token?: string;
}

async function post(url: string, fields: Record<string, string>, authorization: string): Promise<Record<string, unknown>> {
  const headers = { authorization, accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  const { status, body } = await call(url, { method: 'POST', headers, body: new URLSearchParams(fields).toString() });
  if (status !== 200) throw new Error(`${url}: ${status} ${JSON.stringify(body)}`);
  return body;
}

let next = 0;
/** Spread over all there are: no neighbour of the one before. */
const oneOf = (many: number): number => (next++ * 104_729) % many;
const clientOf = ({ clients }: Peer): string => (clients === undefined ? 'bench' : `bench-${oneOf(clients)}`);

const verifierOf = (): { verifier: string; challenge: string } => {
  const verifier = random();
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
};

/** A new authorization request of a client, opened in a browser; `tokens` ends it with the answer that came back. */
async function begin({ issuer }: Peer, browser: FormBrowser, client: string, scope: string) {
  const [{ verifier, challenge }, state] = [verifierOf(), random()];
  const query = new URLSearchParams({
    client_id: client,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
    state,
    nonce: random(),
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const page = await browser.open(`${issuer}/auth?${query}`, {}, redirectUri);
  const answerOf = ({ url }: Page): URLSearchParams => {
    const answer = new URL(url).searchParams;
    if (!url.startsWith(redirectUri) || answer.get('state') !== state) throw new Error(`no answer: ${url}`);
    return answer;
  };
  const tokens = async (end: Page): Promise<Tokens> =>
    (await post(
      `${issuer}/token`,
      {
        grant_type: 'authorization_code',
        code: answerOf(end).get('code') ?? '',
        redirect_uri: redirectUri,
        code_verifier: verifier,
      },
      basic(client),
    )) as unknown as Tokens;
  return { page, answerOf, tokens };
}

const consents = ({ html }: Page): boolean => html.includes('value="approve"');
const agree = (browser: FormBrowser, page: Page): Promise<Page> =>
  browser.press(page, 'approve', { grant: ['name', 'email'] }, redirectUri);

/** The code flow in a browser: signs in and agrees where a page asks for it, unless no page is allowed. */
async function codeFlow(
  peer: Peer,
  browser: FormBrowser,
  client: string,
  { scope, pages }: { readonly scope: string; readonly pages: boolean },
): Promise<Tokens> {
  const { page: first, tokens } = await begin(peer, browser, client, scope);
  let page = first;
  for (let step = 0; step < 3 && !page.url.startsWith(redirectUri); step += 1) {
    if (!pages) throw new Error(`a page in the middle of single sign-on: ${page.url}`);
    const typed = { id_number: String(oneOf(peer.people)).padStart(12, '0'), password: 'correct horse' };
    page = consents(page) ? await agree(browser, page) : await browser.press(page, 'continue', typed, redirectUri);
  }
  return tokens(page);
}

const signIn = (peer: Peer, client = clientOf(peer), scope = 'openid profile email'): Promise<Tokens> =>
  codeFlow(peer, new FormBrowser(), client, { scope, pages: true });

const enrolled = new Map<string, Promise<VirtualPhone[]>>();

/** The phones of a server, each of another person; a device may make few calls a minute, so there are many. */
function phonesOf({ issuer, codes = [] }: Peer): Promise<VirtualPhone[]> {
  const known = enrolled.get(issuer);
  if (known !== undefined) return known;
  const phones = Promise.all(codes.map(async (code) => createVirtualPhone(await enrolPhone(issuer, code))));
  enrolled.set(issuer, phones);
  return phones;
}

/** A page's QR is scanned, the number typed and the claims granted on the phone; the page asks whether it was this person, in a new browser. */
async function approveByPhone(peer: Peer, phone: VirtualPhone): Promise<void> {
  const browser = new FormBrowser();
  const { page, tokens } = await begin(peer, browser, clientOf(peer), 'openid profile email');
  const approval = await phone.scan(/data-qr="([^"]+)"/.exec(page.html)?.[1] ?? '');
  const { html } = await browser.open(page.url);
  const number = /data-number[^>]*>(\d\d)</.exec(html)?.[1];
  await phone.decide(approval, { decision: 'approve', number, granted: readPayload(approval).claims.map(({ name }) => name) });
  let next = await browser.open(page.url, {}, redirectUri);
  for (let step = 0; step < 2 && !next.url.startsWith(redirectUri); step += 1)
    next = consents(next) ? await agree(browser, next) : await browser.press(next, 'continue', {}, redirectUri);
  await tokens(next);
}

/** What nobody has: a wrong entry that slows no other scenario down. */
const nobody = (): string => `9${String(Math.floor(Math.random() * 1e11)).padStart(11, '0')}`;

async function enterWrongly(peer: Peer): Promise<void> {
  const browser = new FormBrowser();
  const { page } = await begin(peer, browser, clientOf(peer), 'openid');
  const { status } = await browser.press(page, 'continue', { id_number: nobody(), password: 'wrong horse' }, redirectUri);
  if (status !== 401) throw new Error(`a wrong entry was answered ${status}`);
}

async function cancel(peer: Peer): Promise<void> {
  const browser = new FormBrowser();
  const { page, answerOf } = await begin(peer, browser, clientOf(peer), 'openid');
  const answer = answerOf(await browser.press(page, 'cancel', {}, redirectUri));
  if (answer.get('error') !== 'access_denied') throw new Error(`cancelled: ${answer}`);
}

/** What bare oidc-provider has no counterpart of. */
export const ownScenarios: ReadonlySet<string> = new Set(['qr', 'cancel']);

/**
 * Weights of a hundred operations, what a peer has of them. A worker has one session and one token of each kind, and takes the operations in turn.
 */
const mixture =
  (all: Readonly<Record<string, number>>): Scenario =>
  async (peer) => {
    const weights = Object.fromEntries(Object.entries(all).filter(([name]) => peer.isBare !== true || !ownScenarios.has(name)));
    const turns = Object.entries(weights).flatMap(([name, weight]) =>
      Array.from({ length: weight }, (_, n) => ({ name, at: n / weight })),
    );
    const names = turns.sort((one, other) => one.at - other.at).map(({ name }) => name);
    const operations = new Map<string, () => Promise<void>>();
    for (const name of Object.keys(weights)) operations.set(name, await (scenarios[name] as Scenario)(peer));
    let turn = Math.floor(Math.random() * names.length);
    return async () => {
      turn += 1;
      await operations.get(names[turn % names.length] ?? '')?.();
    };
  };

export const scenarios: Readonly<Record<string, Scenario>> = {
  'client-credentials': async (peer) => async () => {
    await post(`${peer.issuer}/token`, { grant_type: 'client_credentials' }, basic(clientOf(peer)));
  },
  refresh: async (peer) => {
    const { refresh_token: token = '' } = await signIn(peer, 'bench-rt', 'openid profile email offline_access');
    if (token === '') throw new Error('no refresh token');
    return async () => {
      const { id_token: idToken } = await post(
        `${peer.issuer}/token`,
        { grant_type: 'refresh_token', refresh_token: token },
        basic('bench-rt'),
      );
      if (typeof idToken !== 'string') throw new Error('no ID token');
    };
  },
  sso: async (peer) => {
    const [browser, client] = [new FormBrowser(), clientOf(peer)];
    await codeFlow(peer, browser, client, { scope: 'openid profile email', pages: true });
    return async () => {
      await codeFlow(peer, browser, client, { scope: 'openid profile email', pages: false });
    };
  },
  login: async (peer) => async () => {
    await signIn(peer);
  },
  userinfo: async (peer) => {
    const { access_token: token } = await signIn(peer);
    return async () => {
      const { body } = await call(`${peer.issuer}/me`, { headers: { authorization: `Bearer ${token}` } });
      if (!('name' in body)) throw new Error('no name in userinfo');
    };
  },
  introspection: async (peer) => {
    const { access_token: token } = await signIn(peer);
    return async () => {
      if ((await post(`${peer.issuer}/token/introspection`, { token }, basic('bench')))['active'] !== true)
        throw new Error('not active');
    };
  },
  qr: async (peer) => async () => {
    const phones = await phonesOf(peer);
    await approveByPhone(peer, phones[oneOf(phones.length)] as VirtualPhone);
  },
  'wrong-entry': async (peer) => () => enterWrongly(peer),
  cancel: async (peer) => () => cancel(peer),
  // | of 100 operations                                        |    | bare |
  // |----------------------------------------------------------|---:|------|
  // | a service reads the claims again                         | 25 | yes  |
  // | an interface asks whether a token holds                  | 15 | yes  |
  // | a service renews its tokens                              | 15 | yes  |
  // | a program asks for a token of its own                    | 10 | yes  |
  // | a person who is signed in goes to a service              | 20 | yes  |
  // | a person signs in with the phone, by the page's QR       |  7 | –    |
  // | a person signs in by password                            |  5 | yes  |
  // | somebody types a wrong password and leaves               |  2 | yes  |
  // | somebody cancels on the page                             |  1 | –    |
  'mixed-day': mixture({
    userinfo: 25,
    introspection: 15,
    refresh: 15,
    'client-credentials': 10,
    sso: 20,
    qr: 7,
    login: 5,
    'wrong-entry': 2,
    cancel: 1,
  }),
};

/** Whose figures beside bare's say nothing of the ratio, because bare does only some of it. */
export const partlyOwn: ReadonlySet<string> = new Set(['mixed-day']);
