import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import { lockAccount } from '#src/accounts/locks.ts';
import { listLinks } from '#src/links/end-link.ts';
import { type AccountPagesWorld, type Owner, openAccountPages } from '#test/support/account-pages.ts';
import { type EventReceiver, startEventReceiver } from '#test/support/event-receiver.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { Service } from '#test/support/service.ts';

let world: AccountPagesWorld;
let receiver: EventReceiver;
let bank: Service;
beforeAll(async () => {
  world = await openAccountPages();
  receiver = await startEventReceiver(() => world.provider.issuer);
  bank = await Service.register(world.provider, 'bank', {
    purposes: [{ id: 'open', vi: 'Mở tài khoản', en: 'Opening an account' }],
    grant_types: ['authorization_code', 'client_credentials'],
    consent_event_uri: receiver.uri,
  });
});
afterAll(async () => {
  await receiver.stop();
  await world.provider.stop();
});
afterEach(() => world.clock.reset());

const isSignIn = ({ url }: { url: string }): boolean => url.includes('/interaction/');
const send = async (owner: Owner, url: string, fields: Record<string, string> = {}) => {
  const csrf = world.csrfOf(await owner.open('/account'));
  return owner.browser.open(world.address(url), { method: 'POST', body: new URLSearchParams({ csrf, ...fields }) });
};
const firstAction = (html: string, pattern: RegExp): string => pattern.exec(html)?.[1] ?? '';
const withdrawal = /action="(\/account\/consents\/[^"]+)"/;

describe('consents', () => {
  it('are shown with purpose, claims and the words of the day, and withdrawn with one tap, of which the service is told', async () => {
    const lan = await world.addOwner('Lan');
    const { tokens } = await bank.signIn(new FormBrowser(), lan.person, { scope: 'openid profile phone' }, ['name', 'birthdate']);
    const page = await lan.open('/account/consents');
    for (const said of ['Service bank', 'Opening an account', 'Full name', 'Date of birth', 'Service bank wants to know'])
      expect(page.html).toContain(said);
    expect(page.html).not.toContain('My SenID account<');
    const done = await lan.browser.press(page, 'withdraw', { claim: [] });
    expect([done.url, done.html.includes('has stopped')]).toEqual([world.address('/account/consents'), true]);
    expect(done.html).not.toContain('Opening an account');
    const userinfo = await fetch(world.address('/me'), { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(userinfo.status).toBe(401);
    await expect.poll(() => JSON.stringify(receiver.received)).toContain('consent-withdrawn');
    const events = await listAccountEvents(world.application.store, lan.id);
    expect(events.find(({ type }) => type === 'consent-withdrawn')?.data).toMatchObject({ service: 'bank', by: 'self' });
  });

  it('can be withdrawn for one item alone', async () => {
    const nga = await world.addOwner('Nga');
    const browser = new FormBrowser();
    const { tokens } = await bank.signIn(browser, nga.person, { scope: 'openid profile' }, ['name', 'birthdate']);
    const page = await nga.open('/account/consents');
    await send(nga, firstAction(page.html, withdrawal), { claim: 'birthdate' });
    expect(await bank.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Nga' });
    expect(await bank.userinfo(tokens)).not.toHaveProperty('birthdate');
  });

  it('does not withdraw what somebody else granted, nor tell that it is there', async () => {
    const [mine, strange] = [await world.addOwner('Mai'), await world.addOwner('Bình')];
    const { tokens } = await bank.signIn(new FormBrowser(), strange.person, { scope: 'openid profile' }, ['name']);
    const url = firstAction((await strange.open('/account/consents')).html, withdrawal);
    expect(url).not.toBe('');
    const answers = [await send(mine, url), await send(mine, '/account/consents/AAAAAAAAAAAAAAAAAAAAAA/withdrawal')];
    for (const { status, html } of answers) expect([status, html.includes('There is no such consent')]).toEqual([404, true]);
    expect(await bank.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Bình' });
  });
});

describe('linked accounts', () => {
  async function link(owner: Owner, reference: string): Promise<void> {
    const token = (await (await bank.post('/token', { grant_type: 'client_credentials' })).json()) as { access_token: string };
    const asked = await fetch(world.address('/links'), {
      method: 'POST',
      headers: { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reference, label: `KH ${reference}` }),
    });
    const { link: request } = (await asked.json()) as { link: string };
    await bank.signIn(new FormBrowser(), owner.person, { scope: 'openid', link: request });
    expect((await listLinks({ ...world.application }, owner.id)).length).toBe(1);
  }
  const removal = /action="(\/account\/links\/[^"]+)"/;

  it('are unlinked with one tap, told on both sides', async () => {
    const hoa = await world.addOwner('Hoa');
    await link(hoa, '0012');
    const page = await hoa.open('/account/consents');
    expect(page.html).toContain('KH 0012');
    const done = await hoa.browser.press(page, 'unlink');
    expect(done.html).toContain('has ended');
    expect(done.html).not.toContain('KH 0012');
    await expect.poll(() => JSON.stringify(receiver.received)).toContain('account-unlinked');
    expect((await hoa.open('/account/history')).html).toContain('was unlinked');
  });

  it("does not unlink somebody else's account", async () => {
    const [mine, strange] = [await world.addOwner('Minh'), await world.addOwner('Châu')];
    await link(strange, '0099');
    const url = firstAction((await strange.open('/account/consents')).html, removal);
    expect((await send(mine, url)).status).toBe(404);
    expect((await listLinks({ ...world.application }, strange.id)).length).toBe(1);
  });
});

describe('sessions', () => {
  it('are shown with browser and time, and one is ended with its tokens and its account page, and no other', async () => {
    const thu = await world.addOwner('Thu');
    const elsewhere = new FormBrowser({
      'user-agent': 'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36',
    });
    await thu.open('/account', elsewhere);
    const { tokens } = await bank.signIn(elsewhere, thu.person, { scope: 'openid' });
    const page = await thu.open('/account/sessions');
    for (const said of ['Firefox on Linux', 'This browser', 'Chrome on Android', 'Entered: <bdi class="value">Service bank</bdi>'])
      expect(page.html).toContain(said);
    const done = await thu.browser.press(page, 'end');
    expect(done.html).toContain('You are signed out there');
    expect(done.html).not.toContain('Chrome on Android');
    expect(isSignIn(await elsewhere.open(world.address('/account')))).toBe(true);
    const userinfo = await fetch(world.address('/me'), { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(userinfo.status).toBe(401);
    expect(isSignIn(await thu.browser.open(world.address('/account')))).toBe(false);
    const { page: again } = await comeAgain(elsewhere);
    expect(isSignIn(again)).toBe(true);
  });

  it('end everywhere else at once', async () => {
    const tam = await world.addOwner('Tâm');
    const others = [new FormBrowser(), new FormBrowser()];
    for (const each of others) await tam.open('/account', each);
    const done = await tam.browser.press(await tam.open('/account/sessions'), 'end-others');
    expect(done.html).toContain('You are signed in nowhere else');
    for (const each of others) expect(isSignIn(await each.open(world.address('/account')))).toBe(true);
    expect(isSignIn(await tam.browser.open(world.address('/account')))).toBe(false);
  });

  it("does not end somebody else's session, whose id is in a form, nor the present one", async () => {
    const [mine, strange] = [await world.addOwner('Yến'), await world.addOwner('Vân')];
    await strange.open('/account', new FormBrowser());
    const ids = /action="(\/account\/sessions\/(?!others)[^"]+)"/;
    const url = firstAction((await strange.open('/account/sessions')).html, ids);
    expect(url).not.toBe('');
    expect((await send(mine, url)).status).toBe(404);
    expect((await strange.open('/account/sessions')).html).toContain(url);
  });

  async function comeAgain(browser: FormBrowser) {
    return { page: await browser.open(bank.authorize({ scope: 'openid' }).url, {}, bank.redirectUri) };
  }
});

describe('the lock', () => {
  it('says before what it does, and then holds at once everywhere', async () => {
    const binh = await world.addOwner('Bính', { phone: true });
    const elsewhere = new FormBrowser();
    await binh.open('/account', elsewhere);
    const { tokens } = await bank.signIn(new FormBrowser(), binh.person, { scope: 'openid' });
    const page = await binh.open('/account/lock');
    for (const said of ['Nobody can sign in any longer, not even you', 'bring your identity card'])
      expect(page.html).toContain(said);
    const locked = await binh.browser.press(page, 'lock');
    expect([locked.status, locked.html.includes('The account is locked')]).toEqual([200, true]);
    for (const browser of [binh.browser, elsewhere]) expect(isSignIn(await browser.open(world.address('/account')))).toBe(true);
    const userinfo = await fetch(world.address('/me'), { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(userinfo.status).toBe(401);
    await expect(binh.phone?.call('GET', '/devices')).rejects.toMatchObject({ code: 'account_locked' });
  });

  it("does not take the place of an authority's lock that came while the page was open", async () => {
    const duc = await world.addOwner('Đức');
    const page = await duc.open('/account/lock');
    await lockAccount(world.application, duc.id, { ground: 'authority-request', by: 'authority' });
    expect((await duc.browser.press(page, 'lock')).status).toBe(401);
    expect((await world.application.accounts.get(duc.id))?.lock).toMatchObject({ by: 'authority' });
  });
});
