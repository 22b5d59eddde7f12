import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { endEverySignIn, lockAccount } from '#src/accounts/locks.ts';
import { type AccountPagesWorld, type Owner, openAccountPages } from '#test/support/account-pages.ts';
import { FormBrowser } from '#test/support/form-browser.ts';

const minuteMs = 60_000;

let world: AccountPagesWorld;
let mai: Owner;
beforeAll(async () => {
  world = await openAccountPages();
  mai = await world.addOwner('Mai');
});
afterAll(() => world.provider.stop());
afterEach(() => world.clock.reset());

const isSignIn = ({ url }: { url: string }): boolean => url.includes('/interaction/');
const gravePages = ['/account/password', '/account/data', '/account/devices/new'];

describe('signing in to the account pages by SenID itself', () => {
  it('takes a password, leads to the page that was wanted, and says who this is and what the level opens', async () => {
    const cuc = await world.addOwner('Cúc');
    const page = await cuc.open('/account?lang=vi');
    expect([page.status, page.url]).toEqual([200, world.address('/account?lang=vi')]);
    for (const said of ['Nguyễn Cúc', 'Mức 2', 'Đang hoạt động', 'Thêm điện thoại', '/account/history', '/account/lock'])
      expect(page.html).toContain(said);
    expect(page.html).not.toContain('cần đến trực tiếp');
  });

  it('says to somebody of level 1 how to get to level 2', async () => {
    const binh = await world.addOwner('Bình', { level: 1 });
    const page = await binh.open('/account?lang=en');
    for (const said of ['Level 1', 'For level 2 you come in person once']) expect(page.html).toContain(said);
  });

  it('ends with half an hour without a request, with a lock, and with the end of every sign-in', async () => {
    const idle = await world.addOwner('Yên');
    await idle.open('/account');
    world.clock.advance(29 * minuteMs);
    expect(isSignIn(await idle.browser.open(world.address('/account')))).toBe(false);
    world.clock.advance(31 * minuteMs);
    expect(isSignIn(await idle.browser.open(world.address('/account')))).toBe(true);
    const hoa = await world.addOwner('Hoa');
    await hoa.open('/account');
    await endEverySignIn(world.application, hoa.id);
    expect(isSignIn(await hoa.browser.open(world.address('/account')))).toBe(true);
    await hoa.open('/account');
    await lockAccount(world.application, hoa.id, { ground: 'own-request', by: 'self' });
    expect(isSignIn(await hoa.browser.open(world.address('/account')))).toBe(true);
  });

  it.each(gravePages)('asks for the phone at %s of who has one, and for nothing more right after', async (path) => {
    const nga = await world.addOwner('Nga', { phone: true });
    const { phone } = nga;
    nga.phone = undefined;
    await nga.open('/account');
    const asked = await nga.browser.open(world.address(path));
    expect(isSignIn(asked)).toBe(true);
    nga.phone = phone;
    const page = await world.signIn(nga, nga.browser, asked);
    expect([page.status, page.url]).toEqual([200, world.address(path)]);
    expect((await nga.browser.open(world.address(path))).url).toBe(world.address(path));
  });
});

describe('not proving more', () => {
  it('leaves who is in where they were; who is not in is told', async () => {
    const ha = await world.addOwner('Hà', { phone: true });
    ha.phone = undefined;
    await ha.open('/account');
    const back = await ha.browser.press(await ha.browser.open(world.address('/account/password')), 'cancel');
    expect([back.status, back.url]).toEqual([200, world.address('/account')]);
    const strange = new FormBrowser();
    const out = await strange.press(await strange.open(world.address('/account')), 'cancel');
    expect([out.status, out.html.includes('You are not signed in')]).toEqual([403, true]);
  });
});

describe('who attacks the account pages', () => {
  it('does not let a session be fixed: a cookie that was planted is replaced and opens nothing', async () => {
    const lan = await world.addOwner('Lan');
    const planted = await fetch(world.address('/account'), { headers: { cookie: 'senid_account=planted' }, redirect: 'manual' });
    expect(planted.status).toBe(303);
    await lan.open('/account');
    const before = lan.browser.cookieHeader(world.address('/account'));
    await endEverySignIn(world.application, lan.id);
    await lan.open('/account');
    expect(lan.browser.cookieHeader(world.address('/account'))).not.toBe(before);
    const old = await fetch(world.address('/account'), { headers: { cookie: before }, redirect: 'manual' });
    expect(old.status).toBe(303);
  });

  it('does not sign a victim in with an answer that was begun in the browser of somebody else', async () => {
    const begun = await new FormBrowser().request(world.address('/account'));
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const victim = await new FormBrowser().open(world.address(`/account/signed-in?code=stolen&state=${state}`));
    expect([victim.status, victim.html.includes('was not begun here')]).toEqual([400, true]);
  });

  it.each(['', '/history', '/consents', '/devices', '/sessions', '/lock'])(
    'cannot show /account%s in a frame of theirs, nor find it in a cache',
    async (path) => {
      const { headers } = await mai.open(`/account${path}`);
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
    },
  );

  it.each([
    '/account/history/x/not-me',
    '/account/consents/x/withdrawal',
    '/account/links/x/removal',
    '/account/devices/new',
    '/account/devices/x/name',
    '/account/devices/x/removal',
    '/account/sessions/others/end',
    '/account/sessions/x/end',
    '/account/password',
    '/account/data',
    '/account/lock',
    '/account/sign-out',
  ])("cannot make somebody's browser send %s: none, a made-up and a stranger's token are refused", async (path) => {
    const thu = await world.addOwner('Thu');
    const strange = world.csrfOf(await thu.open('/account'));
    await mai.open('/account');
    for (const csrf of [undefined, 'made-up', strange]) {
      const body = new URLSearchParams(csrf === undefined ? {} : { csrf });
      const page = await mai.browser.open(world.address(path), { method: 'POST', body });
      expect([path, page.status, page.html.includes('out of date')]).toEqual([path, 403, true]);
    }
    expect((await world.application.accounts.get(mai.id))?.lock).toBeUndefined();
  });

  it('finds a form refused, and nothing changed, when the session is over', async () => {
    const page = await mai.open('/account/lock');
    world.clock.advance(31 * minuteMs);
    const sent = await mai.browser.press(page, 'lock');
    expect([sent.status, sent.html.includes('sign in again')]).toEqual([401, true]);
    expect((await world.application.accounts.get(mai.id))?.lock).toBeUndefined();
  });

  it('is slowed after three hundred requests in a minute', async () => {
    const busy = await world.addOwner('Bận');
    await busy.open('/account');
    const cookie = busy.browser.cookieHeader(world.address('/account'));
    const send = () => fetch(world.address('/account/lock'), { headers: { cookie, accept: 'text/html' }, redirect: 'manual' });
    const statuses = (await Promise.all(Array.from({ length: 310 }, send))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(10);
  });
});
