import { askedRequests } from '#src/backchannel/collections.ts';
import { FapiService } from './fapi-service.ts';
import type { TestProvider } from './running-provider.ts';

export const ciba = 'urn:openid:params:grant-type:ciba';

/** A service that asks people by itself. */
export function registerBackchannelService(provider: TestProvider, id: string, more: object = {}): Promise<FapiService> {
  return FapiService.register(provider, id, {
    profile: undefined,
    dpop_bound_access_tokens: false,
    grant_types: [ciba],
    response_types: [],
    redirect_uris: [],
    post_logout_redirect_uris: [],
    client_uri: `https://${id}.example/`,
    sector: `${id}.example`,
    backchannel_token_delivery_mode: 'poll',
    login_hints: ['id_number', 'phone'],
    ...more,
  });
}

export const ask = (service: FapiService, fields: Readonly<Record<string, string>>) =>
  service.call('/backchannel', { scope: 'openid', ...fields }, {});

export const poll = (service: FapiService, authReqId: unknown) =>
  service.call('/token', { grant_type: ciba, auth_req_id: String(authReqId) }, {});

/** Whoever was asked too often by a service can be asked by it again, as if half an hour had passed. */
export async function endPauses({ application: { store } }: TestProvider): Promise<void> {
  for (const { id } of await store.scan(askedRequests, { limit: 1000 })) await store.remove(askedRequests, id);
}
