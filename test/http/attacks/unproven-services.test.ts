import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients } from '#src/clients/collections.ts';
import { registerBackchannelService } from '#test/support/backchannel-service.ts';
import { FapiService } from '#test/support/fapi-service.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';

let provider: TestProvider;
beforeAll(async () => {
  provider = await startProvider({ environment: { SENID_OPEN_REGISTRATION: 'true' } });
  await provider.addPerson(lan);
});
afterAll(() => provider.stop());

const ciba = 'urn:openid:params:grant-type:ciba';

/** A registration as it may lie in the store from before a rule. */
async function keepMetadata(id: string, more: object): Promise<void> {
  const { store } = provider.application;
  const kept = await store.get(clients, id);
  const metadata = Object.entries({ ...kept?.metadata, ...more }).filter(([, value]) => value !== undefined);
  await store.patch(clients, id, {}, { set: { metadata: Object.fromEntries(metadata) } });
}

describe('a strong profile', () => {
  const byCertificate = { dpop_bound_access_tokens: undefined, tls_client_certificate_bound_access_tokens: true };

  it.each([['fapi-2.0'], [undefined]])('(%s) does not let certificates be promised where none arrives', async (profile) => {
    await expect(FapiService.register(provider, 'promise', { ...byCertificate, profile })).rejects.toMatchObject({
      code: 'client_metadata_invalid',
      detail: 'tls_client_certificate_bound_access_tokens: this deployment takes no client certificates',
    });
  });

  it('gives no token that a thief could use to a service from when certificates were taken', async () => {
    const grants = { grant_types: ['authorization_code', 'client_credentials'] };
    const bank = await FapiService.register(provider, 'bank', grants);
    await keepMetadata('bank', byCertificate);
    const { verifier, fields } = bank.request();
    const pushed = await bank.call('/request', fields, {});
    const page = await bank.answerPages(new FormBrowser(), bank.authorizeUrl(pushed.body['request_uri']), lan);
    const code = new URL(page.url).searchParams.get('code') ?? '';
    expect(code).not.toBe('');
    expect((await bank.redeem(code, verifier, {})).body).toMatchObject({ error: 'invalid_grant' });
    expect((await bank.call('/token', { grant_type: 'client_credentials' }, {})).body).toMatchObject({ error: 'invalid_grant' });
  });
});

describe('whoever only knows the name of a service', () => {
  const shared = { subject_type: 'public', subject_type_reason: 'Một mã cho các chi nhánh' };

  it('registers none that rings phones without proving who calls', async () => {
    const answer = await fetch(`${provider.issuer}/reg`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Ngân hàng',
        redirect_uris: [],
        response_types: [],
        grant_types: [ciba],
        token_endpoint_auth_method: 'none',
        backchannel_token_delivery_mode: 'poll',
        login_hints: ['phone'],
        ...shared,
      }),
    });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'invalid_client_metadata' }]);
  });

  it('rings no phone by one that was registered before that was refused', async () => {
    const old = await registerBackchannelService(provider, 'old', shared);
    await keepMetadata('old', { token_endpoint_auth_method: 'none', token_endpoint_auth_signing_alg: undefined });
    const fields = { client_id: old.id, scope: 'openid', login_hint: lan.id_number, binding_message: 'Xin chào' };
    const answer = await fetch(`${provider.issuer}/backchannel`, { method: 'POST', body: new URLSearchParams(fields) });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'unauthorized_client' }]);
  });
});
