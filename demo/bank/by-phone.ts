import { randomUUID } from 'node:crypto';
import { type CryptoKey, SignJWT } from 'jose';
import * as client from 'openid-client';
import { type Proof, type Transaction, verifyProof } from './proof.ts';

export interface PhoneRegistration {
  readonly clientId: string;
  readonly issuer: string;
  readonly key: CryptoKey;
  readonly kid: string;
}

/** A question to a person's phone, and what became of it. */
export type Asked<Result> =
  | { readonly state: 'waiting' }
  | { readonly state: 'answered'; readonly result: Result }
  | { readonly state: 'refused'; readonly error: string };

export interface Question<Result> {
  /** Now; it changes while the phone is asked. */
  asked: Asked<Result>;
}

/** Whom SenID confirmed, with what they chose to share. */
export interface Customer {
  readonly person: client.UserInfoResponse;
  /** What the bank asked them by. */
  readonly hint: string;
}

export interface ByPhone {
  /** Asks for the data of an application. */
  apply(hint: string): Question<Customer>;
  /** Asks to approve one payment. */
  pay(hint: string, transaction: Transaction): Question<Proof>;
}

/** Everything the application wants, claim by claim the person's choice. */
const wanted = (verified: object) => ({
  scope: 'openid profile address phone',
  claims: JSON.stringify({ userinfo: { verified_claims: verified } }),
  binding_message: 'Mở tài khoản Hoa Sen',
});

/** The bank's requests by the back channel: signed, polled for, with tokens bound to a key of the bank's. */
export async function createByPhone({ clientId, issuer, key, kid }: PhoneRegistration, verified: object): Promise<ByPhone> {
  const config = await client.discovery(new URL(issuer), clientId, undefined, client.PrivateKeyJwt({ key, kid }), {
    execute: [client.allowInsecureRequests],
  });
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());

  async function signed(params: Readonly<Record<string, unknown>>): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ ...params, client_id: clientId })
      .setProtectedHeader({ alg: 'ES256', kid })
      .setIssuer(clientId)
      .setAudience(issuer)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + 120)
      .setJti(randomUUID())
      .sign(key);
  }

  /** Sends a request and waits for its answer beside the pages, which look at the question when they are asked for. */
  function put<Result>(
    params: Readonly<Record<string, unknown>>,
    read: (tokens: client.TokenEndpointResponse) => Promise<Result>,
  ): Question<Result> {
    const question: Question<Result> = { asked: { state: 'waiting' } };
    const run = async (): Promise<Result> => {
      const begun = await client.initiateBackchannelAuthentication(config, { request: await signed(params) });
      const tokens = await client.pollBackchannelAuthenticationGrant(config, begun, undefined, { DPoP });
      return read(tokens);
    };
    run().then(
      (result) => {
        question.asked = { state: 'answered', result };
      },
      (fault: { readonly error?: string; readonly name?: string; readonly message: string }) => {
        const error = fault.error ?? (fault.name === 'TimeoutError' ? 'expired_token' : 'failed');
        if (error === 'failed') console.error(`${clientId}: ${fault.message}`);
        question.asked = { state: 'refused', error };
      },
    );
    return question;
  }

  return {
    apply: (hint) =>
      put({ ...wanted(verified), login_hint: hint }, async (tokens) => {
        const { sub = '' } = (tokens as client.TokenEndpointResponse & client.TokenEndpointResponseHelpers).claims() ?? {};
        return { person: await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP }), hint };
      }),
    pay: (hint, transaction) =>
      put({ scope: 'openid', login_hint: hint, authorization_details: [transaction] }, async (tokens) => {
        const [detail] = (tokens['authorization_details'] ?? []) as unknown as { approval: { record: string } }[];
        return verifyProof(detail?.approval.record ?? '', { issuer, audience: clientId, transaction });
      }),
  };
}
