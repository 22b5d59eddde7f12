import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withdrawConsent } from '#src/consent/withdraw-consent.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { createVirtualPhone, enrolPhone, readPayload, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, ciba, poll, registerBackchannelService } from '#test/support/backchannel-service.ts';
import { type Engines, engineNames, startEngines } from '#test/support/engines.ts';
import type { FapiService } from '#test/support/fapi-service.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const self = { by: 'self' } as const;

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
}, 120_000);
afterAll(() => engines.stop());

describe.each(engineNames)('token use after withdrawal, on %s', (engine) => {
  let provider: TestProvider;
  let owner: AccountId;
  let shop: Service;
  let bank: FapiService;
  let phone: VirtualPhone;
  beforeAll(async () => {
    provider = await startProvider({ environment: { SENID_STORE: engines.newPlace(engine) } });
    owner = await provider.addPerson(lan);
    shop = await Service.register(provider, 'shop', { grant_types: ['authorization_code', 'refresh_token'] });
    bank = await registerBackchannelService(provider, 'bank', {
      allowed_claims: ['name', 'birthdate'],
      purposes: [
        { id: 'one', vi: 'Một', en: 'One' },
        { id: 'two', vi: 'Hai', en: 'Two' },
      ],
    });
    const { code } = await provider.application.enrolmentCodes.issue(owner, { vouched: true });
    phone = createVirtualPhone(await enrolPhone(provider.issuer, code));
  }, 60_000);
  afterAll(() => provider.stop());

  const withdraw = (clientId: string, more = {}) =>
    withdrawConsent(provider.application, { id: owner }, { clientId, ...more }, self);
  const introspected = async (token: string) => (await (await shop.post('/token/introspection', { token })).json()) as object;

  it('access token, refresh token and what they are asked about', async () => {
    const { tokens } = await shop.signIn(new FormBrowser(), lan, { scope: 'openid profile offline_access' }, ['name']);
    expect(await introspected(tokens.access_token)).toMatchObject({ active: true });
    await withdraw('shop');
    expect(await shop.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
    for (const token of [tokens.access_token, tokens.refresh_token ?? ''])
      expect(await introspected(token)).toEqual({ active: false });
    const refreshed = await shop.post('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' });
    expect([refreshed.status, await refreshed.json()]).toMatchObject([400, { error: 'invalid_grant' }]);
  });

  it('a code that was under way', async () => {
    const browser = new FormBrowser();
    await shop.signIn(browser, lan, { scope: 'openid profile' }, ['name']);
    const { url, verifier } = shop.authorize({ scope: 'openid profile' });
    const page = await browser.open(url, {}, shop.redirectUri);
    expect(page.url).toContain('code=');
    await withdraw('shop');
    const { status, tokens } = await shop.redeem(page, verifier);
    expect([status, tokens]).toMatchObject([400, { error: 'invalid_grant' }]);
  });

  const approved = async (fields: Readonly<Record<string, string>> = {}) => {
    const asked = await ask(bank, { login_hint: lan.id_number, binding_message: 'Xin chào', scope: 'openid profile', ...fields });
    const [waiting] = await phone.list();
    const approval = await phone.open(waiting?.id ?? '');
    // what is granted already is not asked again
    const offered = readPayload(approval).claims.map(({ name }) => name);
    await phone.decide(approval, { decision: 'approve', granted: offered.filter((name) => name === 'name') });
    return asked.body['auth_req_id'];
  };
  const me = async (token: unknown) => {
    const response = await fetch(`${provider.issuer}/me`, { headers: { authorization: `Bearer ${String(token)}` } });
    return (await response.json()) as Record<string, unknown>;
  };

  it('a request by the back channel that was approved and not polled yet', async () => {
    const request = await approved();
    await withdraw('bank');
    const { status, body } = await poll(bank, request);
    expect([status, body['error'], body['id_token'], body['access_token']]).toEqual([400, 'invalid_grant', undefined, undefined]);
  });

  it('one of another purpose goes on, and one claim that was taken back does not leave', async () => {
    const request = await approved({ purpose: 'two' });
    await approved({ purpose: 'one' });
    await withdraw('bank', { purpose: 'one' });
    const { status, body } = await poll(bank, request);
    expect(status).toBe(200);
    expect(await me(body['access_token'])).toMatchObject({ name: 'Nguyễn Thị Lan' });
    await withdraw('bank', { purpose: 'two', claim: 'name' });
    expect(Object.keys(await me(body['access_token']))).toEqual(['sub']);
    await withdraw('bank');
    expect(await me(body['access_token'])).toMatchObject({ error: 'invalid_token' });
  });

  it('a consent given anew opens nothing that was ended before', async () => {
    const before = await approved();
    const { body: old } = await poll(bank, await approved());
    await withdraw('bank');
    const { status, body } = await poll(bank, await approved());
    expect([status, await me(body['access_token'])]).toMatchObject([200, { name: 'Nguyễn Thị Lan' }]);
    expect(await me(old['access_token'])).toMatchObject({ error: 'invalid_token' });
    expect((await poll(bank, before)).status).toBe(400);
  });

  it('a withdrawal beside 20 polls at the same moment leaves no token alive', async () => {
    const request = await approved();
    const fields = { grant_type: ciba, auth_req_id: String(request) };
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => bank.call('/token', fields, {})),
      withdraw('bank').then(() => undefined),
      ...Array.from({ length: 10 }, () => bank.call('/token', fields, {})),
    ]);
    const tokens = answers.flatMap((answer) => answer?.body['access_token'] ?? []);
    expect(tokens.length).toBeLessThanOrEqual(1);
    expect(answers.filter((answer) => (answer?.status ?? 400) >= 500)).toEqual([]);
    for (const token of tokens) expect(await me(token)).toMatchObject({ error: 'invalid_token' });
  });
});
