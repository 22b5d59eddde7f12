import * as client from 'openid-client';
import type { Pending, SignedIn } from './sessions.ts';
import type { Language } from './words.ts';

/** What an authorization request asks for. */
export interface Asking {
  readonly scope: string;
  /** More parameters. */
  readonly params?: Readonly<Record<string, string>>;
}

/** How a service is known to SenID, and what it asks for. */
export interface Registration extends Asking {
  readonly clientId: string;
  readonly issuer: string;
  readonly port: number;
  readonly authentication: client.ClientAuth;
  /** What else it asks for, by the name of what it is for. */
  readonly others?: Readonly<Record<string, Asking>>;
  /** By FAPI 2.0: requests are pushed, tokens bound to a key of the service's. */
  readonly isStrong?: boolean;
}

export interface RelyingParty {
  readonly address: string;
  /** A sign-in to begin, for one of the `others` where they have the name: keep `pending`, send the browser to `url`. */
  begin(language: Language, purpose?: string): Promise<{ readonly pending: Pending; readonly url: string }>;
  /** SenID's answer at the callback, with every check. @throws what openid-client throws, with `error` where SenID refused */
  finish(answer: URL, pending: Pending): Promise<SignedIn>;
  /** Where the browser signs out at SenID; `state` comes back once that is done. */
  signOut(idToken: string, language: Language): { readonly state: string; readonly url: string };
}

/** A service as any would be built: openid-client, code flow with PKCE, state and nonce. */
export async function createRelyingParty(registration: Registration): Promise<RelyingParty> {
  const { clientId, issuer, port, authentication, others = {}, isStrong = false } = registration;
  const address = `http://localhost:${port}`;
  const config = await client.discovery(new URL(issuer), clientId, undefined, authentication, {
    execute: [client.allowInsecureRequests],
  });

  const bound = isStrong ? { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair()) } : {};

  async function begin(language: Language, purpose = ''): Promise<{ pending: Pending; url: string }> {
    const { scope, params } = (Object.hasOwn(others, purpose) ? others[purpose] : undefined) ?? registration;
    const secrets = { verifier: client.randomPKCECodeVerifier(), state: client.randomState(), nonce: client.randomNonce() };
    const pending = { ...secrets, purpose };
    const asked = {
      redirect_uri: `${address}/callback`,
      scope,
      code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
      state: pending.state,
      nonce: pending.nonce,
      ui_locales: language,
      ...params,
    };
    const url = isStrong
      ? await client.buildAuthorizationUrlWithPAR(config, asked, bound)
      : client.buildAuthorizationUrl(config, asked);
    return { pending, url: url.href };
  }

  async function finish(answer: URL, { verifier, state, nonce, purpose }: Pending): Promise<SignedIn> {
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    const tokens = await client.authorizationCodeGrant(config, answer, checks, undefined, bound);
    const claims = tokens.claims();
    if (claims === undefined || tokens.id_token === undefined) throw new Error('no ID token');
    const person = await client.fetchUserInfo(config, tokens.access_token, claims.sub, bound);
    return { claims, idToken: tokens.id_token, person, purpose };
  }

  function signOut(idToken: string, language: Language): { state: string; url: string } {
    const state = client.randomState();
    const url = client.buildEndSessionUrl(config, {
      id_token_hint: idToken,
      post_logout_redirect_uri: `${address}/`,
      ui_locales: language,
      state,
    });
    return { state, url: url.href };
  }

  return { address, begin, finish, signOut };
}
