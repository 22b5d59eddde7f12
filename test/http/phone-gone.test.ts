import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import { unlockAccount } from '#src/accounts/locks.ts';
import { digest, seconds, sign } from '#src/phone/device-client.ts';
import { readPayload } from '#src/phone/virtual-phone.ts';
import { interactions } from '#src/sign-in/collections.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan, openPhoneWorld, type PhoneWorld, refusalOf } from '#test/support/phone-world.ts';
import { Service } from '#test/support/service.ts';

let world: PhoneWorld;
let bank: Service;

beforeAll(async () => {
  world = await openPhoneWorld();
  bank = await Service.register(world.provider, 'bank');
});
afterAll(() => world.provider.stop());

describe('between the phone and the page', () => {
  it('does not let an approval be used once its phone was removed', async () => {
    const [thief, keeper] = [await world.newPhone(), await world.newPhone()];
    const { browser, page, approval, number } = await world.scanned(bank, thief);
    await thief.decide(approval, { decision: 'approve', number });
    await keeper.removeOther(thief.state.deviceId);
    const after = await browser.open(page.url, {}, bank.redirectUri);
    expect(after.url).not.toContain('code=');
    expect(after.html).not.toContain('Nguyễn');
    await keeper.call('DELETE', '');
  });

  it('tells a person whose account was locked in between, and lets them go back to the service', async () => {
    const phone = await world.newPhone();
    const { browser, page, approval, number } = await world.scanned(bank, phone);
    await phone.decide(approval, { decision: 'approve', number });
    await phone.lock();
    const stopped = await browser.open(page.url, {}, bank.redirectUri);
    expect(stopped.html).toContain('This account is stopped');
    const back = await browser.press(stopped, 'cancel', {}, bank.redirectUri);
    expect(back.url).toContain('error=access_denied');
    await unlockAccount(world.provider.application, world.owner, 'test');
    await phone.call('DELETE', '');
  });

  it('arrives also when the request that marked it used ended before it wrote that down', async () => {
    const phone = await world.newPhone();
    const { browser, page, approval, number } = await world.scanned(bank, phone);
    await phone.decide(approval, { decision: 'approve', number });
    const uid = page.url.slice(page.url.lastIndexOf('/') + 1);
    await world.provider.application.approvals.use(approval.id as never, uid);
    expect((await browser.open(page.url)).html).toContain('Nguyễn T** L**');
    await phone.call('DELETE', '');
  });

  it('does not bring back who approved after "not you", nor count the session that was left', async () => {
    const phone = await world.newPhone();
    const { browser, page, approval, number } = await world.scanned(bank, phone);
    await phone.decide(approval, { decision: 'approve', number });
    const again = await browser.press(await browser.open(page.url), 'cancel');
    expect(again.html).toContain('name="password"');
    const stored = await world.provider.application.store.get(interactions, page.url.slice(page.url.lastIndexOf('/') + 1));
    expect(stored).toMatchObject({ sessionLeft: true });
    expect(stored?.accountId).toBeUndefined();
    await phone.call('DELETE', '');
  });

  it('writes one sign-in into the history, however often its last button is pressed', async () => {
    const browser = new FormBrowser();
    const first = await browser.open(bank.authorize({ scope: 'openid profile' }).url);
    const consent = await browser.press(first, 'continue', { id_number: lan.id_number, password: lan.password });
    const signIns = async (): Promise<number> =>
      (await listAccountEvents(world.provider.application.store, world.owner)).filter(({ type }) => type === 'signed-in').length;
    const before = await signIns();
    await Promise.all(Array.from({ length: 6 }, () => browser.press(consent, 'approve', { grant: ['name'] }, bank.redirectUri)));
    expect(await signIns()).toBe(before + 1);
  });
});

describe('a decision', () => {
  it('made for later than a minute from now is refused', async () => {
    const phone = await world.newPhone();
    const { approval, number } = await world.scanned(bank, phone);
    const send = async (iat: number, exp: number): Promise<unknown> => {
      const claims = {
        aud: world.provider.issuer,
        approval: approval.id,
        payload_hash: digest(Buffer.from(approval.payload, 'base64url')),
        nonce: readPayload(approval).nonce,
        decision: 'approve',
        number,
        user_verification: 'pin',
        iat,
        exp,
      };
      const jws = await sign(phone.state.approvalKey, { typ: 'approval-decision+jwt', kid: phone.state.deviceId }, claims);
      return phone.call('POST', `/approvals/${approval.id}/decision`, { decision: jws });
    };
    const now = seconds();
    expect(await refusalOf(send(now + 59, now + 119))).toBe('decision_invalid');
    expect(await refusalOf(send(now, now + 61))).toBe('decision_invalid');
    expect(await refusalOf(send(now - 60, now))).toBe('decision_invalid');
    await send(now, now + 60);
    await phone.call('DELETE', '');
  });
});

describe('devices', () => {
  it('say when they were last used', async () => {
    const phone = await world.newPhone();
    const lastUsed = async (): Promise<string> => {
      const { devices } = (await phone.call('GET', '/devices')) as { devices: readonly { last_used_at: string }[] };
      return devices[0]?.last_used_at ?? '';
    };
    const enrolled = await lastUsed();
    world.clock.advance(60_000);
    await world.provider.application.devices.noteUse({
      ...(await world.provider.application.devices.find(phone.state.deviceId)),
      lastUsedAt: 0,
    } as never);
    expect(Date.parse(await lastUsed())).toBeGreaterThan(Date.parse(enrolled));
    world.clock.reset();
    await phone.call('DELETE', '');
  });
});
