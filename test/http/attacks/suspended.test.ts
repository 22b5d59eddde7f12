import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clients } from '#src/clients/collections.ts';
import type { VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, poll, registerBackchannelService } from '#test/support/backchannel-service.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan, openPhoneWorld, type PhoneWorld, refusalOf } from '#test/support/phone-world.ts';
import { Service } from '#test/support/service.ts';

const operator = { id: 'operator:duty', roles: ['operator'], via: 'command line' } as const;
const offline = { scope: 'openid profile offline_access', prompt: 'consent' };

let world: PhoneWorld;
let phone: VirtualPhone;
let shop: Service;
beforeAll(async () => {
  world = await openPhoneWorld();
  phone = await world.newPhone();
  const grants = ['authorization_code', 'refresh_token', 'client_credentials'];
  shop = await Service.register(world.provider, 'shop', { grant_types: grants });
});
afterAll(() => world.provider.stop());
beforeEach(() => world.clock.reset());

/** The service is stopped because something of it leaked, and goes on when that is mended. */
async function stopAndResume(id: string): Promise<void> {
  const { registry } = world.provider.application;
  await registry.suspend(id, operator, { reason: 'leaked tokens' });
  await registry.resume(id, operator, { reason: 'mended' });
}

const me = async (token: string): Promise<number> =>
  (await fetch(`${world.provider.issuer}/me`, { headers: { authorization: `Bearer ${token}` } })).status;
const refresh = async (token = ''): Promise<number> =>
  (await shop.post('/token', { grant_type: 'refresh_token', refresh_token: token })).status;
const link = async (token: string): Promise<number> => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ reference: 'r-1', label: 'Lan' });
  return (await fetch(`${world.provider.issuer}/links`, { method: 'POST', headers, body })).status;
};
const ownToken = async (): Promise<string> =>
  ((await (await shop.post('/token', { grant_type: 'client_credentials' })).json()) as { access_token: string }).access_token;

describe('resuming a suspended service', () => {
  it("does not revive a thief's tokens: neither of a person, nor to go on without them, nor of the service itself", async () => {
    const { tokens } = await shop.signIn(new FormBrowser(), lan, offline, ['name']);
    const own = await ownToken();
    expect([await me(tokens.access_token), await refresh(tokens.refresh_token), await link(own)]).toEqual([200, 200, 201]);
    await stopAndResume('shop');
    expect([await me(tokens.access_token), await refresh(tokens.refresh_token), await link(own)]).toEqual([401, 400, 401]);
    const introspected = await shop.post('/token/introspection', { token: tokens.access_token });
    expect(await introspected.json()).toEqual({ active: false });
    // nor does the next change of its registration, or the next stop
    await world.provider.application.registry.put({
      ...(await world.provider.application.registry.show('shop')),
      client_name: 'Mới',
    });
    expect([await me(tokens.access_token), await link(own)]).toEqual([401, 401]);
    await stopAndResume('shop');
    expect([await me(tokens.access_token), await link(own)]).toEqual([401, 401]);
    const again = await shop.signIn(new FormBrowser(), lan, offline, ['name']);
    expect([await me(again.tokens.access_token), await refresh(again.tokens.refresh_token), await link(await ownToken())]).toEqual([
      200, 200, 201,
    ]);
  });

  it('does not revive what was issued before a stop by a version that did not count', async () => {
    const old = await Service.register(world.provider, 'old');
    const { tokens } = await old.signIn(new FormBrowser(), lan, { scope: 'openid profile' }, ['name']);
    const { store, registry, signals } = world.provider.application;
    await store.patch(clients, 'old', {}, { set: { state: 'suspended' } });
    await signals.send('*', 'client', { clientId: 'old' });
    await registry.resume('old', operator, { reason: 'mended' });
    expect(await me(tokens.access_token)).toBe(401);
  });

  it('does not redeem a code that was given out before', async () => {
    const browser = new FormBrowser();
    const request = shop.authorize();
    const signIn = await browser.open(request.url, {}, shop.redirectUri);
    const person = { id_number: lan.id_number, password: lan.password };
    let back = await browser.press(signIn, 'continue', person, shop.redirectUri);
    if (back.html.includes('value="approve"')) back = await browser.press(back, 'approve', {}, shop.redirectUri);
    await stopAndResume('shop');
    expect(new URL(back.url).searchParams.get('code')).not.toBeNull();
    expect((await shop.redeem(back, request.verifier)).status).toBe(400);
  });

  it('leaves nothing before a person of what it asked before', async () => {
    const waits = await registerBackchannelService(world.provider, 'waits');
    await ask(waits, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    const [asked] = await phone.list();
    await stopAndResume('waits');
    expect(await refusalOf(phone.open(asked?.id ?? ''))).toBe('approval_not_found');
    await ask(waits, { login_hint: lan.id_number, binding_message: 'Lần nữa' });
    const again = (await phone.list()).find(({ id }) => id !== asked?.id);
    await phone.decide(await phone.open(again?.id ?? ''), { decision: 'approve' });
  });

  it('gives nothing for a yes to a request from before', async () => {
    const bank = await registerBackchannelService(world.provider, 'bank');
    const asked = await ask(bank, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    await phone.decide(await phone.open((await phone.list())[0]?.id ?? ''), { decision: 'approve' });
    await stopAndResume('bank');
    const { status, body } = await poll(bank, asked.body['auth_req_id']);
    expect([status, body['error']]).toEqual([400, 'invalid_grant']);
  });
});
