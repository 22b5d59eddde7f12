import { createHash, randomUUID } from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { FormBrowser, Page } from './form-browser.ts';
import type { TestProvider } from './running-provider.ts';
import { Service, type Tokens } from './service.ts';

interface Keys {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export async function newKeys(): Promise<Keys> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return { privateKey, publicJwk: await exportJWK(publicKey) };
}

type Fields = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

const now = (): number => Math.floor(Date.now() / 1000);

/** A service of the strong profiles, spelled out so that tests can bend every part: key assertions, pushed requests, DPoP with nonces. */
export class FapiService {
  readonly id: string;
  readonly provider: TestProvider;
  readonly redirectUri: string;
  readonly keys: Keys;
  readonly dpopKeys: Keys;
  #nonce: string | undefined;

  private constructor(provider: TestProvider, id: string, redirectUri: string, keys: Keys, dpopKeys: Keys) {
    this.provider = provider;
    this.id = id;
    this.redirectUri = redirectUri;
    this.keys = keys;
    this.dpopKeys = dpopKeys;
  }

  static async register(provider: TestProvider, id: string, more: object = {}): Promise<FapiService> {
    const keys = await newKeys();
    await Service.register(provider, id, {
      redirect_uris: [`https://${id}.example/callback`],
      post_logout_redirect_uris: [`https://${id}.example/`],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      dpop_bound_access_tokens: true,
      jwks: { keys: [{ ...keys.publicJwk, kid: 'k1', alg: 'ES256', use: 'sig' }] },
      profile: 'fapi-2.0',
      ...more,
    });
    return new FapiService(provider, id, `https://${id}.example/callback`, keys, await newKeys());
  }

  sign(claims: JWTPayload, header: object = {}): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(this.keys.privateKey);
  }

  assertion(more: JWTPayload = {}): Promise<string> {
    const { issuer } = this.provider;
    return this.sign({ iss: this.id, sub: this.id, aud: issuer, jti: randomUUID(), iat: now(), exp: now() + 60, ...more });
  }

  async proof(method: string, path: string, more: JWTPayload = {}, keys = this.dpopKeys): Promise<string> {
    const nonce = this.#nonce === undefined ? {} : { nonce: this.#nonce };
    return new SignJWT({ htm: method, htu: `${this.provider.issuer}${path}`, jti: randomUUID(), iat: now(), ...nonce, ...more })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: keys.publicJwk })
      .sign(keys.privateKey);
  }

  /** A call by this client; a nonce that is asked for is given, as RFC 9449 has it, unless the test brings its own headers. */
  async call(path: string, fields: Fields, headers?: Fields): Promise<Answer> {
    const body = new URLSearchParams({
      client_id: this.id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await this.assertion(),
      ...fields,
    });
    const sent = headers ?? { dpop: await this.proof('POST', path) };
    const response = await fetch(`${this.provider.issuer}${path}`, { method: 'POST', body, headers: sent });
    const answer = { status: response.status, body: (await response.json()) as Answer['body'], headers: response.headers };
    this.#nonce = response.headers.get('dpop-nonce') ?? this.#nonce;
    return headers === undefined && answer.body['error'] === 'use_dpop_nonce' ? this.call(path, fields) : answer;
  }

  /** A call of an interface of ours with an access token and a proof of its key; `bent` is what an attacker changes. */
  async resource(
    method: string,
    path: string,
    accessToken: string,
    bent: { readonly claims?: JWTPayload; readonly keys?: Keys; readonly headers?: Fields; readonly json?: object } = {},
  ): Promise<Answer> {
    const ath = createHash('sha256').update(accessToken).digest('base64url');
    const proof = await this.proof(method, path, { ath, ...bent.claims }, bent.keys);
    const response = await fetch(`${this.provider.issuer}${path}`, {
      method,
      headers: { authorization: `DPoP ${accessToken}`, dpop: proof, 'content-type': 'application/json', ...bent.headers },
      ...(bent.json === undefined ? {} : { body: JSON.stringify(bent.json) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text), headers: response.headers };
  }

  /** The parameters of an authorization request, with what its redemption needs. */
  request(params: Readonly<Record<string, string | undefined>> = {}) {
    const verifier = `${randomUUID()}${randomUUID()}`;
    const all = {
      client_id: this.id,
      redirect_uri: this.redirectUri,
      response_type: 'code',
      scope: 'openid',
      state: randomUUID(),
      nonce: randomUUID(),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...params,
    };
    const fields = Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
    return { verifier, fields };
  }

  signedRequest(fields: Fields, more: JWTPayload = {}, header: object = { typ: 'oauth-authz-req+jwt' }): Promise<string> {
    const claims = { iss: this.id, aud: this.provider.issuer, iat: now(), nbf: now(), exp: now() + 300, jti: randomUUID() };
    return this.sign({ ...fields, ...claims, ...more }, header);
  }

  authorizeUrl(requestUri: unknown): string {
    return `${this.provider.issuer}/auth?${new URLSearchParams({ client_id: this.id, request_uri: String(requestUri) })}`;
  }

  /** Signs a person in by the pages of an authorization request. */
  async answerPages(
    browser: FormBrowser,
    url: string,
    person: { readonly id_number: string; readonly password: string },
  ): Promise<Page> {
    let page = await browser.open(url, {}, this.redirectUri);
    if (page.html.includes('name="password"'))
      page = await browser.press(page, 'continue', { id_number: person.id_number, password: person.password }, this.redirectUri);
    if (page.html.includes('value="approve"')) page = await browser.press(page, 'approve', {}, this.redirectUri);
    return page;
  }

  redeem(code: string, verifier: string, headers?: Fields): Promise<Answer> {
    const fields = { grant_type: 'authorization_code', code, redirect_uri: this.redirectUri, code_verifier: verifier };
    return this.call('/token', fields, headers);
  }

  /** The whole way to tokens. */
  async signIn(
    browser: FormBrowser,
    person: { readonly id_number: string; readonly password: string },
    params: Readonly<Record<string, string | undefined>> = {},
  ) {
    const { verifier, fields } = this.request(params);
    const pushed = await this.call('/request', fields, {});
    if (pushed.status !== 201) throw new Error(`not pushed: ${JSON.stringify(pushed.body)}`);
    const page = await this.answerPages(browser, this.authorizeUrl(pushed.body['request_uri']), person);
    const code = new URL(page.url).searchParams.get('code') ?? '';
    const redeemed = await this.redeem(code, verifier);
    return {
      page,
      code,
      verifier,
      requestUri: String(pushed.body['request_uri']),
      ...redeemed,
      tokens: redeemed.body as unknown as Tokens,
    };
  }

  async userinfo(accessToken: string, { keys = this.dpopKeys, scheme = 'DPoP', more = {} as JWTPayload } = {}): Promise<Response> {
    const ath = createHash('sha256').update(accessToken).digest('base64url');
    const headers = { authorization: `${scheme} ${accessToken}`, dpop: await this.proof('GET', '/me', { ath, ...more }, keys) };
    return fetch(`${this.provider.issuer}/me`, { headers });
  }

  thumbprint(keys = this.dpopKeys): Promise<string> {
    return calculateJwkThumbprint(keys.publicJwk);
  }
}
