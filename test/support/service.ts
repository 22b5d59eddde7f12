import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { FormBrowser, Page } from './form-browser.ts';
import type { TestProvider } from './running-provider.ts';

const random = (): string => randomBytes(32).toString('base64url');

export interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
  readonly expires_in: number;
  readonly refresh_token?: string;
  readonly scope?: string;
}

/** A service as an OIDC library would be, spelled out so that tests can bend every part. */
export class Service {
  readonly id: string;
  readonly redirectUri: string;
  readonly provider: TestProvider;
  readonly secret: string | undefined;

  private constructor(provider: TestProvider, id: string, redirectUri: string, secret: string | undefined) {
    this.provider = provider;
    this.id = id;
    this.redirectUri = redirectUri;
    this.secret = secret;
  }

  static async register(provider: TestProvider, id: string, more: object = {}): Promise<Service> {
    const redirectUri = `http://localhost:9/${id}/callback`;
    const { client_secret: secret } = await provider.application.registry.put({
      client_id: id,
      client_name: `Dịch vụ ${id}`,
      'client_name#en': `Service ${id}`,
      class: 'private',
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [`http://localhost:9/${id}/bye`],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      id_token_signed_response_alg: 'ES256',
      allowed_claims: ['name', 'birthdate', 'email', 'phone_number', 'address'],
      ...more,
    });
    return new Service(provider, id, redirectUri, secret);
  }

  /** An authorization request; `verifier` and `state` come back for the rest of the flow. */
  authorize(params: Readonly<Record<string, string | undefined>> = {}): {
    readonly url: string;
    readonly verifier: string;
    readonly state: string;
  } {
    const verifier = random();
    const state = random();
    const all = {
      client_id: this.id,
      redirect_uri: this.redirectUri,
      response_type: 'code',
      scope: 'openid',
      state,
      nonce: random(),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...params,
    };
    const query = new URLSearchParams(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
    return { url: `${this.provider.issuer}/auth?${query}`, verifier, state };
  }

  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    authorization: string | null | undefined = this.basic(),
  ): Promise<Response> {
    return fetch(`${this.provider.issuer}${path}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { accept: 'application/json', ...(authorization === undefined || authorization === null ? {} : { authorization }) },
    });
  }

  basic(): string | undefined {
    return this.secret === undefined
      ? undefined
      : `Basic ${Buffer.from(`${encodeURIComponent(this.id)}:${encodeURIComponent(this.secret)}`).toString('base64')}`;
  }

  async redeem(page: Page, verifier: string): Promise<{ readonly status: number; readonly tokens: Tokens }> {
    const code = new URL(page.url).searchParams.get('code') ?? '';
    const public_ = this.secret === undefined ? { client_id: this.id } : {};
    const response = await this.post('/token', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: this.redirectUri,
      code_verifier: verifier,
      ...public_,
    });
    return { status: response.status, tokens: (await response.json()) as Tokens };
  }

  async userinfo({ access_token: token }: Tokens): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.provider.issuer}/me`, { headers: { authorization: `Bearer ${token}` } });
    return (await response.json()) as Record<string, unknown>;
  }

  /** Password sign-in, every page answered, to tokens. */
  async signIn(
    browser: FormBrowser,
    person: { readonly id_number: string; readonly password: string },
    params: Readonly<Record<string, string | undefined>> = {},
    grant: readonly string[] = [],
  ) {
    const { url, verifier } = this.authorize(params);
    let page = await browser.open(url, {}, this.redirectUri);
    if (page.html.includes('name="password"'))
      page = await browser.press(page, 'continue', { id_number: person.id_number, password: person.password }, this.redirectUri);
    if (page.html.includes('value="approve"')) page = await browser.press(page, 'approve', { grant }, this.redirectUri);
    if (!page.url.startsWith(this.redirectUri))
      throw new Error(`not back at the service: ${page.url} ${page.status} ${page.html.slice(0, 2000)}`);
    const { status, tokens } = await this.redeem(page, verifier);
    return { page, status, tokens, claims: status === 200 ? decodeJwt(tokens.id_token) : undefined };
  }
}
