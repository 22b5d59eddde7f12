import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accountEvent, listAccountEvents, recordAccountEvent } from '#src/accounts/account-events.ts';
import { accountEvents } from '#src/accounts/collections.ts';
import { unlockAccount } from '#src/accounts/locks.ts';
import { type AccountPagesWorld, type Owner, openAccountPages } from '#test/support/account-pages.ts';
import { ask, registerBackchannelService } from '#test/support/backchannel-service.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { Service } from '#test/support/service.ts';

const day = 86_400_000;

let world: AccountPagesWorld;
let shop: Service;
beforeAll(async () => {
  world = await openAccountPages();
  shop = await Service.register(world.provider, 'shop', {
    purposes: [{ id: 'deliver', vi: 'Giao hàng', en: 'Delivering' }],
    class: 'public',
    legal_basis: [{ claim: 'birthdate', text: { vi: 'Luật 26', en: 'Law 26' } }],
  });
});
afterAll(() => world.provider.stop());
afterEach(() => world.clock.reset());

const record = (owner: Owner, type: Parameters<typeof recordAccountEvent>[2], data: object) =>
  recordAccountEvent(world.application, owner.id, type, data as never);
const isSignIn = ({ url }: { url: string }): boolean => url.includes('/interaction/');
const notMeOf = async (owner: Owner): Promise<string> => {
  const page = await owner.open('/account/history');
  return /action="(\/account\/history\/[^"]+\/not-me)"/.exec(page.html)?.[1] ?? '';
};
const plain = (html: string): string => html.replace(/<[^>]*>/g, '');

describe('the history', () => {
  it('says of a sign-in who, where, what could be read, what for, at which level, and its number', async () => {
    const lan = await world.addOwner('Lan');
    await shop.signIn(new FormBrowser(), lan.person, { scope: 'openid profile phone' }, ['name']);
    const page = await lan.open('/account/history');
    const text = plain(page.html);
    for (const said of [
      'Signed in to Service shop',
      'Browser: Firefox on Linux',
      'Network: ',
      'Could read: Full name',
      'By law: Date of birth',
      'Purpose: Delivering',
      'Level: level 2, authentication level 1',
      'You answered Service shop',
      'You did not share: ',
    ])
      expect(text.replace(/\s+/g, ' ')).toContain(said);
    const signIns = (await listAccountEvents(world.application.store, lan.id)).filter(({ type }) => type === 'signed-in');
    for (const { id } of signIns) expect(page.html).toContain(id);
  });

  it('tells too which services a signed-in browser entered without a proof, once for each session, and what they could read', async () => {
    const lan = await world.addOwner('Ly');
    const bank = await Service.register(world.provider, 'bank', { purposes: [{ id: 'open', vi: 'Mở', en: 'Opening' }] });
    const browser = new FormBrowser();
    await shop.signIn(browser, lan.person, { scope: 'openid profile' }, ['name']);
    for (const _ of [1, 2, 3]) await bank.signIn(browser, lan.person, { scope: 'openid profile' }, ['name']);
    const html = plain((await lan.open('/account/history')).html).replace(/\s+/g, ' ');
    expect(html.split('Entered Service bank (the browser was signed in already)').length - 1).toBe(1);
    expect(html.split('Signed in to Service bank').length - 1).toBe(0);
    expect(html).toMatch(/Entered Service bank .*Could read: Full name.*Purpose: Opening/);
    await bank.signIn(browser, lan.person, { scope: 'openid profile phone' }, ['name', 'phone_number']);
    const more = plain((await lan.open('/account/history')).html).replace(/\s+/g, ' ');
    expect(more.split('Entered Service bank').length - 1).toBe(2);
    expect(more).toMatch(/Entered Service bank .*Could read: Full name, Phone number/);
  });

  it('shows what a service asked by itself, and what was signed about it', async () => {
    const duc = await world.addOwner('Đức', { phone: true });
    const bank = await registerBackchannelService(world.provider, 'pay-bank');
    for (const decision of ['approve', 'deny'] as const) {
      const payment = {
        type: 'senid_transaction',
        amount: { value: 250_000, currency: 'VND' },
        payee: { name: 'Điện lực', account: '0011 2233' },
        purpose: 'Tiền điện',
        reference: 'HD-42',
      };
      await ask(bank, { login_hint: duc.person.id_number, authorization_details: JSON.stringify([payment]) });
      const [{ id } = { id: '' }] = (await duc.phone?.list()) ?? [];
      await duc.phone?.decide((await duc.phone?.open(id)) as never, { decision });
    }
    const html = plain((await duc.open('/account/history')).html).replace(/\s+/g, ' ');
    expect(html.split('You answered a request of').length - 1).toBe(2);
    for (const said of [
      'Answer: approved',
      'Answer: declined',
      'Amount: 250.000 đồng',
      'To: Điện lực, 0011 2233',
      'Purpose: Tiền điện',
    ])
      expect(html).toContain(said);
  });

  it('shows who looked into the account, with the reason, and everything else that was done', async () => {
    const nga = await world.addOwner('Nga');
    await record(nga, 'looked-up', { reason: 'Người dân gọi điện', by: 'operator', what: 'enrolment-code' });
    await record(nga, 'locked', { ground: 'card-expired', by: 'authority' });
    await record(nga, 'unlocked', { reason: 'Thẻ mới' });
    await record(nga, 'service-paused', { client: 'shop', until: '2026-11-25T03:00:00Z' });
    await record(nga, 'consent-withdrawn', { service: 'shop', claim: 'name', by: 'operator', reason: 'Theo yêu cầu' });
    await record(nga, 'role-granted', { role: 'reviewer', by: 'operator:a', reason: 'Nhiệm vụ mới' });
    await record(nga, 'document-checked', { document: 'driving_licence', agency: 'traffic-police', state: 'mismatch' });
    const page = plain((await nga.open('/account/history')).html).replace(/\s+/g, ' ');
    for (const said of [
      'An operator looked into your account',
      'Reason: Người dân gọi điện',
      'Reason: the identity card has expired',
      'By: an authority',
      'Reason: Thẻ mới',
      'Service shop may not ask you for a while',
      'Sharing with Service shop was stopped',
      'About: Full name',
      'You were given the role reviewer',
      'The managing agency answered about Driving licence',
      'Answer: does not match',
    ])
      expect(page).toContain(said);
  });

  it('is read newest first, in pages that lose and repeat nothing, back through years', async () => {
    const thu = await world.addOwner('Thu');
    const now = world.clock.now();
    const made = Array.from({ length: 60 }, (_, at) => {
      const clock = { now: () => now - (at < 30 ? at * 60_000 : at * 25 * day) };
      return accountEvent({ ...world.application, clock }, thu.id, 'device-renamed', { name: `phone-${at}-x`, before: 'old' });
    });
    for (const event of made) await world.application.store.insert(accountEvents, event);
    const seen: string[] = [];
    let url: string | undefined = '/account/history';
    while (url !== undefined) {
      const { html } = await thu.open(url);
      seen.push(...[...html.matchAll(/phone-(\d+)-x/g)].map(([, at]) => at ?? ''));
      url = /href="(\/account\/history\?before=[^"]+)">/.exec(html)?.[1];
    }
    expect(seen).toEqual(made.map((_, at) => String(at)));
  });

  it.each(['x', '%00', "' or 1", '000000000-', 'zzzzzzzzz-zz'])('shows a page for a made-up place in it: %s', async (place) => {
    const yen = await world.addOwner('Yến');
    expect((await yen.open(`/account/history?before=${encodeURIComponent(place)}`)).status).toBe(200);
  });
});

describe('"that was not me"', () => {
  it('ends every sign-in and token, this one too, is written down, and still lets the person lock the account', async () => {
    const hoa = await world.addOwner('Hoa');
    const { tokens } = await shop.signIn(new FormBrowser(), hoa.person, { scope: 'openid' });
    const page = await hoa.open('/account/history');
    const reported = await hoa.browser.press(page, 'not-me');
    expect([reported.status, reported.html.includes('Signed out everywhere')]).toEqual([200, true]);
    const userinfo = await fetch(world.address('/me'), { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(userinfo.status).toBe(401);
    expect(isSignIn(await hoa.browser.open(world.address('/account')))).toBe(true);
    const locked = await hoa.browser.press(reported, 'lock');
    expect(locked.html).toContain('The account is locked');
    expect((await world.application.accounts.get(hoa.id))?.lock).toMatchObject({ ground: 'own-request', by: 'self' });
    await unlockAccount(world.application, hoa.id, 'test');
    const after = await hoa.open('/account/history');
    expect(after.html).toContain('You said that this was not you');
  });

  it('does not take the sign-in of somebody else, and ends nothing then', async () => {
    const [mine, strange] = [await world.addOwner('Mai'), await world.addOwner('Bình')];
    const url = await notMeOf(strange);
    const csrf = world.csrfOf(await mine.open('/account/history'));
    const sent = await mine.browser.open(world.address(url), { method: 'POST', body: new URLSearchParams({ csrf }) });
    expect([sent.status, sent.html.includes('There is no such sign-in')]).toEqual([404, true]);
    for (const owner of [mine, strange]) expect(isSignIn(await owner.browser.open(world.address('/account')))).toBe(false);
  });

  it.each(['made-up', ''])('does not lock by a ticket that was not made here: %j', async (ticket) => {
    const page = await new FormBrowser().open(world.address('/account/lock-now'), {
      method: 'POST',
      body: new URLSearchParams({ ticket }),
    });
    expect(page.status).toBe(403);
  });

  it('does not lock by a ticket that is a quarter of an hour old', async () => {
    const tam = await world.addOwner('Tâm');
    const reported = await tam.browser.press(await tam.open('/account/history'), 'not-me');
    world.clock.advance(15 * 60_000);
    expect((await tam.browser.press(reported, 'lock')).status).toBe(403);
    expect((await world.application.accounts.get(tam.id))?.lock).toBeUndefined();
  });
});
