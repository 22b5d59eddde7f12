import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { devices } from '#src/devices/collections.ts';
import { createVirtualPhone, enrolPhone, type OpenApproval } from '#src/phone/virtual-phone.ts';
import { knownBrowsers } from '#src/sign-in/collections.ts';
import { type AccountPagesWorld, type Owner, openAccountPages } from '#test/support/account-pages.ts';
import { FormBrowser, type Page } from '#test/support/form-browser.ts';
import { numberOf, qrOf, refusalOf } from '#test/support/phone-world.ts';
import { Service } from '#test/support/service.ts';

const dayMs = 86_400_000;

let world: AccountPagesWorld;
beforeAll(async () => {
  world = await openAccountPages();
});
afterAll(() => world.provider.stop());
afterEach(() => world.clock.reset());

/** Somebody who has the password, and a phone that was let in by a phished code and that the owner may still remove, as in production. */
async function thiefOf(owner: Owner): Promise<Owner> {
  const { enrolmentCodes, store } = world.application;
  const { code } = await enrolmentCodes.issue(owner.id, { vouched: false });
  const phone = createVirtualPhone(await enrolPhone(world.provider.issuer, code, { password: owner.person.password, name: 'Lạ' }));
  await store.patch(devices, phone.state.deviceId, {}, { set: { waitingUntil: world.clock.now() + dayMs } });
  const thief: Owner = { ...owner, browser: new FormBrowser(), phone, open: (path) => openAs(thief, path) };
  return thief;
}
const openAs = async (owner: Owner, path: string) =>
  world.signIn(owner, owner.browser, await owner.browser.open(world.address(path)));
/** Signs in by the phone on the pages of a service, up to consent. */
async function enter(owner: Owner, first: Page): Promise<Page> {
  const approval = await owner.phone?.scan(qrOf(first));
  const number = numberOf(await owner.browser.open(first.url));
  await owner.phone?.decide(approval as OpenApproval, { decision: 'approve', number });
  return owner.browser.press(await owner.browser.open(first.url), 'continue');
}
const namesOf = async (owner: Owner): Promise<string[]> =>
  (await world.application.devices.list(owner.id)).map(({ name }) => name).sort();
const removalOf = async (owner: Owner, name: string): Promise<string> => {
  const device = (await world.application.devices.list(owner.id)).find((each) => each.name === name);
  return `/account/devices/${device?.id}/removal`;
};

describe('with a phone that its owner may still remove', () => {
  it.each(['/account/password', '/account/passkeys/new', '/account/devices/new', '/account/data'])(
    'a thief does not get past the proof before %s, nor by a session that the phone made at a service',
    async (path) => {
      const owner = await world.addOwner('Lan', { phone: true });
      const thief = await thiefOf(owner);
      const service = await Service.register(world.provider, `shop-${path.replace(/\W/g, '-')}`, {
        min_acr: 'urn:senid:acr:id2-auth2',
      });
      // the consent page: it has signed in
      const { url } = service.authorize();
      const asked = await enter(thief, await thief.browser.open(url, {}, service.redirectUri));
      const back = await thief.browser.press(asked, 'approve', {}, service.redirectUri);
      expect(new URL(back.url).searchParams.get('code')).not.toBeNull();
      await expect(openAs(thief, path)).rejects.toMatchObject({ code: 'device_waiting' });
    },
  );

  it('a thief does not remove the phone of its owner on the account pages', async () => {
    const owner = await world.addOwner('Mai', { phone: true });
    const thief = await thiefOf(owner);
    await expect(openAs(thief, await removalOf(owner, 'Điện thoại cũ'))).rejects.toMatchObject({ code: 'device_waiting' });
    expect(await namesOf(owner)).toEqual(['Lạ', 'Điện thoại cũ']);
    await owner.browser.press(await owner.open(await removalOf(owner, 'Lạ')), 'remove');
    expect(await namesOf(owner)).toEqual(['Điện thoại cũ']);
  });

  it('a thief keeps no session, no known browser and no code of it when its owner removes it; the page of the owner goes on', async () => {
    const owner = await world.addOwner('Hoa', { phone: true });
    const thief = await thiefOf(owner);
    const service = await Service.register(world.provider, 'kept', { min_acr: 'urn:senid:acr:id2-auth2' });
    const asked = await enter(thief, await thief.browser.open(service.authorize().url, {}, service.redirectUri));
    await thief.browser.press(asked, 'approve', {}, service.redirectUri);
    const quietly = async () =>
      new URL((await thief.browser.open(service.authorize({ prompt: 'none' }).url, {}, service.redirectUri)).url).searchParams;
    expect((await quietly()).get('code')).not.toBeNull();
    const known = await world.application.store.find(knownBrowsers, 'account', owner.id);
    expect(known).toEqual([]);
    const { code } = await world.application.enrolmentCodes.issue(owner.id, { vouched: false });
    const page = await owner.open(await removalOf(owner, 'Lạ'));
    expect(page.html).toContain('also ends every sign-in');
    const done = await owner.browser.press(page, 'remove');
    expect(done.url).toBe(world.address('/account/devices'));
    expect(done.html).toContain('Everywhere else was signed out');
    expect((await quietly()).get('error')).toBe('login_required');
    const enrolled = enrolPhone(world.provider.issuer, code, { password: owner.person.password });
    expect(await refusalOf(enrolled)).toBe('enrolment_code_invalid');
  });

  it('an owner who has no other removes it with what they had before: the password', async () => {
    const owner = await world.addOwner('Nga');
    const thief = await thiefOf(owner);
    const page = await owner.open(await removalOf(owner, 'Lạ'));
    await owner.browser.press(page, 'remove');
    expect(await namesOf(owner)).toEqual([]);
    expect(await refusalOf(thief.phone?.list() ?? Promise.resolve())).toBe('device_revoked');
  });

  it('pages of SenID itself are not signed in to; once its wait is over they are', async () => {
    const owner = await world.addOwner('Sen', { phone: true });
    const { phone } = await thiefOf(owner);
    const page = await new FormBrowser().open(world.address('/account'));
    expect(await refusalOf(phone?.scan(qrOf(page)) ?? Promise.resolve())).toBe('device_waiting');
    await world.application.store.patch(devices, phone?.state.deviceId ?? '', {}, { set: { waitingUntil: world.clock.now() } });
    expect(await phone?.scan(qrOf(page))).toMatchObject({ id: expect.any(String) });
  });
});
