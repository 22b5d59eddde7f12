import { createHash, randomBytes } from 'node:crypto';
import { FormBrowser, type Page } from '#test/support/form-browser.ts';
import { call } from './lean-client.ts';

/** One server under load. */
export interface Peer {
  readonly issuer: string;
  readonly people: number;
  /** Services `bench-0` and so on, one of which each operation takes; without, there is `bench` alone. */
  readonly clients?: number;
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

/** The code flow in a browser: signs in and agrees where a page asks for it, unless no page is allowed. */
async function codeFlow(
  { issuer, people }: Peer,
  browser: FormBrowser,
  client: string,
  { scope, pages }: { readonly scope: string; readonly pages: boolean },
): Promise<Tokens> {
  const [verifier, state] = [random(), random()];
  const query = new URLSearchParams({
    client_id: client,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
    state,
    nonce: random(),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  let page: Page = await browser.open(`${issuer}/auth?${query}`, {}, redirectUri);
  for (let step = 0; step < 3 && !page.url.startsWith(redirectUri); step += 1) {
    if (!pages) throw new Error(`a page in the middle of single sign-on: ${page.url}`);
    const isConsent = page.html.includes('value="approve"');
    page = await browser.press(
      page,
      isConsent ? 'approve' : 'continue',
      isConsent ? { grant: ['name', 'email'] } : { id_number: String(oneOf(people)).padStart(12, '0'), password: 'correct horse' },
      redirectUri,
    );
  }
  const answer = new URL(page.url).searchParams;
  if (answer.get('state') !== state) throw new Error(`no answer: ${page.url}`);
  return (await post(
    `${issuer}/token`,
    { grant_type: 'authorization_code', code: answer.get('code') ?? '', redirect_uri: redirectUri, code_verifier: verifier },
    basic(client),
  )) as unknown as Tokens;
}

const signIn = (peer: Peer, client = clientOf(peer), scope = 'openid profile email'): Promise<Tokens> =>
  codeFlow(peer, new FormBrowser(), client, { scope, pages: true });

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
};
