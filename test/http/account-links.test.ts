import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { linkReferences, links } from '#src/links/collections.ts';
import { completeLink } from '#src/links/complete-link.ts';
import { confirmLink } from '#src/links/confirm-link.ts';
import { linkRequestId } from '#src/links/link-requests.ts';
import { createVirtualPhone, enrolPhone, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { type EventReceiver, startEventReceiver } from '#test/support/event-receiver.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan, openPhoneWorld, type PhoneWorld, refusalOf } from '#test/support/phone-world.ts';
import { Service } from '#test/support/service.ts';

const minh = { ...lan, id_number: '000185000002', phone: '0912000002', name: { family: 'Trần', middle: 'Văn', given: 'Minh' } };
const linkClaim = 'https://senid.example/claims/service_account';

let world: PhoneWorld;
let receiver: EventReceiver;
let minhId: AccountId;
let phone: VirtualPhone;
let minhPhone: VirtualPhone;
let services = 0;
beforeAll(async () => {
  world = await openPhoneWorld([lan, minh]);
  receiver = await startEventReceiver(() => world.provider.issuer);
  minhId = (await world.provider.application.accounts.findByIdNumber(minh.id_number))?.id as AccountId;
  phone = await world.newPhone();
  const { code } = await world.provider.application.enrolmentCodes.issue(minhId, { vouched: true });
  minhPhone = createVirtualPhone(await enrolPhone(world.provider.issuer, code));
});
afterAll(async () => {
  await receiver.stop();
  await world.provider.stop();
});
afterEach(() => world.clock.reset());

/** A service with users of its own, and its back end. */
async function newShop() {
  services += 1;
  const service = await Service.register(world.provider, `shop-${services}`, {
    grant_types: ['authorization_code', 'client_credentials'],
    consent_event_uri: receiver.uri,
  });
  const token = async (): Promise<string> =>
    ((await (await service.post('/token', { grant_type: 'client_credentials' })).json()) as { access_token: string }).access_token;
  const call = async (method: string, path: string, body?: object, authorization?: string) => {
    const response = await fetch(`${world.provider.issuer}/links${path}`, {
      method,
      headers: {
        authorization: authorization ?? `Bearer ${await token()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: (text === '' ? undefined : JSON.parse(text)) as Record<string, string> | undefined };
  };
  const ask = async (reference: string, label = `user ${reference}`): Promise<string> =>
    (await call('POST', '', { reference, label })).json?.['link'] ?? '';
  return { service, call, ask };
}
type Shop = Awaited<ReturnType<typeof newShop>>;

/** A signed-in user of the shop goes to the sign-in with a link request; the page before anything is confirmed. */
async function openLink({ service }: Shop, link: string, person = lan, browser = new FormBrowser()) {
  const { url, verifier } = service.authorize({ link });
  let page = await browser.open(url, {}, service.redirectUri);
  if (page.html.includes('name="password"'))
    page = await browser.press(page, 'continue', { id_number: person.id_number, password: person.password }, service.redirectUri);
  return { browser, page, verifier };
}
async function linked(shop: Shop, reference: string, person = lan) {
  const { browser, page, verifier } = await openLink(shop, await shop.ask(reference), person);
  const back = await browser.press(page, 'approve', {}, shop.service.redirectUri);
  const { tokens } = await shop.service.redeem(back, verifier);
  return { browser, page, back, claims: decodeJwt(tokens.id_token), tokens };
}
const mine = async (shop: Shop, by = phone) => (await by.links()).filter(({ client_id: id }) => id === shop.service.id);
const errorOf = (url: string) => new URL(url).searchParams.get('error');

describe('linking an account of a service', () => {
  it('names the account on the page, and tells the service in the ID token, the person on the phone and in their history', async () => {
    const shop = await newShop();
    const { page, claims } = await linked(shop, 'user-1');
    expect(page.html).toContain('user user-1');
    expect(page.html).toContain('will be linked to you');
    expect(claims[linkClaim]).toMatchObject({ reference: 'user-1', linked_at: expect.any(Number) });
    expect(await mine(shop)).toMatchObject([{ account: 'user user-1', client_name: { en: `Service ${shop.service.id}` } }]);
    expect((await shop.call('GET', '/user-1')).json).toMatchObject({ sub: claims.sub, reference: 'user-1' });
    const events = await listAccountEvents(world.provider.application.store, world.owner);
    expect(events.some(({ type, data }) => type === 'account-linked' && data['service'] === shop.service.id)).toBe(true);
  });

  it('asks every time, also a browser that is signed in and a service that is known; never without a page', async () => {
    const shop = await newShop();
    const browser = new FormBrowser();
    await shop.service.signIn(browser, lan);
    const link = await shop.ask('user-2');
    const { url } = shop.service.authorize({ link, prompt: 'none' });
    expect(errorOf((await browser.open(url, {}, shop.service.redirectUri)).url)).toBe('consent_required');
    const { page } = await openLink(shop, link, lan, browser);
    expect(page.html).toContain('user user-2');
    expect(await mine(shop)).toEqual([]);
  });

  it('that is already linked is linked again without harm, and a later sign-in says nothing of it', async () => {
    const shop = await newShop();
    await linked(shop, 'user-3');
    const { browser, claims } = await linked(shop, 'user-3');
    expect(claims[linkClaim]).toMatchObject({ reference: 'user-3' });
    expect(claims[linkClaim]).not.toHaveProperty('replaced');
    const { claims: later } = await shop.service.signIn(browser, lan);
    expect(later).not.toHaveProperty([linkClaim]);
    expect(await mine(shop)).toHaveLength(1);
  });

  it('to another account of the same person is said on the page, moves it and frees the first one', async () => {
    const shop = await newShop();
    await linked(shop, 'old-account');
    const { page, claims } = await linked(shop, 'new-account');
    expect(page.html).toMatch(/present link to the account.*user old-account.*will end/);
    expect(claims[linkClaim]).toMatchObject({ reference: 'new-account', replaced: 'old-account' });
    expect((await shop.call('GET', '/old-account')).status).toBe(404);
    expect((await linked(shop, 'old-account', minh)).claims[linkClaim]).toMatchObject({ reference: 'old-account' });
  });
});

describe('unlinking', () => {
  it('by the person tells the service, and the account can be linked to somebody else', async () => {
    const shop = await newShop();
    const { claims } = await linked(shop, 'user-5');
    const [link] = await mine(shop);
    await phone.unlink(link?.id ?? '');
    expect(await mine(shop)).toEqual([]);
    await expect
      .poll(() => receiver.received.filter(({ claims: { aud } }) => aud === shop.service.id).length, { timeout: 8000 })
      .toBe(1);
    expect(receiver.received.find(({ claims: { aud } }) => aud === shop.service.id)?.claims).toMatchObject({
      sub_id: { sub: claims.sub },
      events: { 'urn:senid:event:account-unlinked': { initiating_entity: 'user' } },
    });
    expect(await refusalOf(phone.unlink(link?.id ?? ''))).toBe('link_not_found');
    expect((await linked(shop, 'user-5', minh)).claims[linkClaim]).toMatchObject({ reference: 'user-5' });
  });

  it('by the service stands in the history of the person', async () => {
    const shop = await newShop();
    await linked(shop, 'user-6');
    expect((await shop.call('DELETE', '/user-6')).status).toBe(204);
    expect((await shop.call('DELETE', '/user-6')).status).toBe(404);
    expect(await mine(shop)).toEqual([]);
    const ended = (await phone.events()).filter(
      ({ type, data }) => type === 'account-unlinked' && data['service'] === shop.service.id,
    );
    expect(ended.map(({ data }) => data['by'])).toEqual(['service']);
  });
});

describe('attacks on linking', () => {
  it('a link request of another service is refused', async () => {
    const [shop, thief] = [await newShop(), await newShop()];
    const { page } = await openLink(thief, await shop.ask('user-7'));
    expect(errorOf(page.url)).toBe('invalid_request');
    expect(await mine(thief)).toEqual([]);
  });

  it('a link request works once, and for the first who confirmed it', async () => {
    const shop = await newShop();
    const link = await shop.ask('user-8');
    const first = await openLink(shop, link);
    const second = await openLink(shop, link, minh);
    expect(second.page.html).toContain('user user-8');
    const back = await first.browser.press(first.page, 'approve', {}, shop.service.redirectUri);
    const late = await second.browser.press(second.page, 'approve', {}, shop.service.redirectUri);
    expect(errorOf(late.url)).toBe('invalid_request');
    await shop.service.redeem(back, first.verifier);
    expect(errorOf((await openLink(shop, link)).page.url)).toBe('invalid_request');
    expect(await mine(shop, minhPhone)).toEqual([]);
  });

  it('one that is too old, or never was, is refused', async () => {
    const shop = await newShop();
    const link = await shop.ask('user-9');
    world.clock.advance(10 * 60_000 + 1000);
    expect(errorOf((await openLink(shop, link)).page.url)).toBe('invalid_request');
    expect(errorOf((await openLink(shop, 'nothing')).page.url)).toBe('invalid_request');
  });

  it('a victim who opens somebody else’s link sees whose account it is, and without the service’s own session nothing is linked', async () => {
    const shop = await newShop();
    const browser = new FormBrowser();
    const { page } = await openLink(shop, await shop.ask('attacker', 'mallory@shop.example'), lan, browser);
    expect(page.html).toContain('mallory@shop.example');
    expect(page.html).toContain('Go on only if that account is your own');
    // the careless victim goes on; the service does not know this browser's state and redeems nothing
    await browser.press(page, 'approve', {}, shop.service.redirectUri);
    expect(await mine(shop)).toEqual([]);
    expect((await shop.call('GET', '/attacker')).status).toBe(404);
    // nor does an ordinary sign-in of the victim later bring it to an end
    const { claims } = await shop.service.signIn(browser, lan);
    expect(claims).not.toHaveProperty([linkClaim]);
    expect(await mine(shop)).toEqual([]);
  });

  it('the code of a link does not link without its PKCE verifier', async () => {
    const shop = await newShop();
    const { browser, page } = await openLink(shop, await shop.ask('user-10'));
    const back = await browser.press(page, 'approve', {}, shop.service.redirectUri);
    expect((await shop.service.redeem(back, 'x'.repeat(43))).status).toBe(400);
    expect(await mine(shop)).toEqual([]);
  });

  it('the consent page of one browser is not answered from another', async () => {
    const shop = await newShop();
    const { page } = await openLink(shop, await shop.ask('user-11'));
    const stranger = new FormBrowser();
    const answer = await stranger.press(page, 'approve', {}, shop.service.redirectUri);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await mine(shop)).toEqual([]);
  });

  it('an account that is somebody else’s is not taken over', async () => {
    const shop = await newShop();
    await linked(shop, 'user-12');
    const { page } = await openLink(shop, await shop.ask('user-12'), minh);
    expect(errorOf(page.url)).toBe('access_denied');
    expect(await mine(shop)).toHaveLength(1);
  });

  it("another person's link can neither be seen nor ended", async () => {
    const shop = await newShop();
    await linked(shop, 'user-13');
    const [link] = await mine(shop);
    expect(await mine(shop, minhPhone)).toEqual([]);
    expect(await refusalOf(minhPhone.unlink(link?.id ?? ''))).toBe('link_not_found');
  });

  it("another service's account can neither be seen nor unlinked, and only a service's own token calls", async () => {
    const [shop, thief] = [await newShop(), await newShop()];
    const { tokens } = await linked(shop, 'user-14');
    expect((await thief.call('GET', '/user-14')).status).toBe(404);
    expect((await thief.call('DELETE', '/user-14')).status).toBe(404);
    for (const authorization of ['', 'Bearer', 'Bearer nothing', `Bearer ${tokens.access_token}`, shop.service.basic() ?? ''])
      expect(await shop.call('POST', '', { reference: 'a', label: 'a' }, authorization)).toMatchObject({
        status: 401,
        json: { code: 'client_token_invalid' },
      });
    await world.provider.application.registry.suspend(shop.service.id);
    expect((await shop.call('GET', '/user-14', undefined, `Bearer ${tokens.access_token}`)).status).toBe(401);
  });

  it.each([
    {},
    { reference: 'a' },
    { reference: 'a b', label: 'x' },
    { reference: 'a', label: '' },
    { reference: 'a', label: 'evil\u202Etxt' },
    { reference: 'a', label: 'x'.repeat(101) },
    { reference: 'a', label: 'x', more: 1 },
  ])('what is no account is refused: %j', async (body) => {
    expect((await (await newShop()).call('POST', '', body)).status).toBe(400);
  });

  it('two people who confirm requests for the same account at the same moment: one has it', async () => {
    const shop = await newShop();
    const parts = world.provider.application;
    for (let round = 0; round < 5; round += 1) {
      const people = [world.owner, minhId];
      const requests = await Promise.all(people.map(() => shop.ask(`race-${round}`)));
      const clientId = shop.service.id;
      await Promise.all(requests.map((link, at) => confirmLink(parts, { link, clientId, accountId: people[at] as AccountId })));
      const made = await Promise.all(
        requests.map((link, at) => completeLink(parts, linkRequestId(link), { clientId, accountId: people[at] as AccountId })),
      );
      expect(made.filter((each) => each !== undefined)).toHaveLength(1);
      expect((await shop.call('DELETE', `/race-${round}`)).status).toBe(204);
    }
    const left = await parts.store.scan(links, { limit: 1000 });
    const reserved = await parts.store.scan(linkReferences, { limit: 1000 });
    expect(reserved.map(({ id }) => id).sort()).toEqual(left.map(({ referenceKey }) => referenceKey).sort());
    expect(JSON.stringify(left)).not.toContain('user-1');
  });
});
