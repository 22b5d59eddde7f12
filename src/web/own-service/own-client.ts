import type { Context } from 'koa';
import * as client from 'openid-client';
import { ownServiceSecret } from '#src/clients/own-services.ts';
import type { AreaWorkings } from './parts.ts';

const endpoints = { authorization_endpoint: '/auth', token_endpoint: '/token', userinfo_endpoint: '/me', jwks_uri: '/jwks' };

/** This process as it hears the present request: whatever name and proxy lie before it, its answer to itself goes no way round. */
function ownAddress({ req: { socket } }: Context): string {
  const { localAddress = '127.0.0.1', localPort } = socket;
  return `http://${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
}

/** SenID as openid-client sees it: the issuer's addresses, called where this very process listens. */
export function ownClient({ issuer, settings, sealing, clock }: AreaWorkings, ctx: Context): client.Configuration {
  const { clientId } = settings;
  const metadata = {
    issuer,
    ...Object.fromEntries(Object.entries(endpoints).map(([name, path]) => [name, issuer + path])),
    authorization_response_iss_parameter_supported: true,
  };
  const registered = {
    id_token_signed_response_alg: 'ES256',
    // the times of our tokens are measured by the clock that wrote them
    [client.clockSkew]: Math.round((clock.now() - Date.now()) / 1000),
  };
  const secret = client.ClientSecretBasic(ownServiceSecret(sealing, clientId));
  const config = new client.Configuration(metadata, clientId, registered, secret);
  const address = ownAddress(ctx);
  config[client.customFetch] = (url, options) => {
    const { pathname, search } = new URL(url);
    return fetch(address + pathname + search, { ...options, redirect: 'manual' } as RequestInit);
  };
  if (issuer.startsWith('http:')) client.allowInsecureRequests(config);
  return config;
}
