import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consentId, consents } from '#src/consent/collections.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { FormBrowser, formsOf, type Page } from '#test/support/form-browser.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const minh = { ...lan, id_number: '000185000002', phone: '0912000002', password: 'hoa sen 2026 do' };

let provider: TestProvider;
let shop: Service;
let lanId: AccountId;
let minhId: AccountId;
let services = 0;
beforeAll(async () => {
  provider = await startProvider();
  lanId = await provider.addPerson(lan);
  minhId = await provider.addPerson(minh);
});
afterAll(() => provider.stop());

const newShop = async (): Promise<Service> => {
  services += 1;
  return Service.register(provider, `shop-${services}`);
};
const receiptsOf = async (person: AccountId, service: Service): Promise<number> =>
  Object.keys((await provider.application.store.get(consents, consentId(person, service.id)))?.receipts ?? {}).length;

async function atConsent(service: Service, browser = new FormBrowser(), who = lan) {
  const request = service.authorize({ scope: 'openid profile' });
  let page = await browser.open(request.url, {}, service.redirectUri);
  if (page.html.includes('name="password"'))
    page = await browser.press(page, 'continue', { id_number: who.id_number, password: who.password }, service.redirectUri);
  return { browser, page, ...request };
}
const hasCode = ({ url }: Page): boolean => url.includes('code=');

describe('consent page double submit', () => {
  it('a form sent 50 times at once gives one code, and what is kept says what it said', async () => {
    shop = await newShop();
    const { browser, page, verifier } = await atConsent(shop);
    const pages = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        browser.press(page, 'approve', { grant: at % 2 === 0 ? ['name'] : [] }, shop.redirectUri),
      ),
    );
    expect(pages.filter(hasCode)).toHaveLength(1);
    expect(pages.filter(({ status }) => status >= 500)).toEqual([]);
    const { tokens } = await shop.redeem(pages.find(hasCode) as Page, verifier);
    const document = await provider.application.store.get(consents, consentId(lanId, shop.id));
    const newest = Object.values(document?.receipts ?? {}).sort((one, other) => other.at - one.at)[0];
    expect('name' in (await shop.userinfo(tokens))).toBe(newest?.granted.includes('name'));
  });

  it('a form sent again after its sign-in was over grants nothing more', async () => {
    shop = await newShop();
    const { browser, page } = await atConsent(shop);
    await browser.press(page, 'approve', {}, shop.redirectUri);
    const before = await receiptsOf(lanId, shop);
    const again = await browser.press(page, 'approve', { grant: ['name', 'birthdate'] }, shop.redirectUri);
    expect([hasCode(again), again.status >= 400, await receiptsOf(lanId, shop)]).toEqual([false, true, before]);
  });

  it('approve and cancel pressed at once end in one answer', async () => {
    shop = await newShop();
    const { browser, page } = await atConsent(shop);
    const [yes, no] = await Promise.all([
      browser.press(page, 'approve', { grant: ['name'] }, shop.redirectUri),
      browser.press(page, 'cancel', {}, shop.redirectUri),
    ]);
    const answers = [yes, no].filter(({ url }) => url.startsWith(shop.redirectUri));
    expect(answers.length).toBeLessThanOrEqual(1);
  });
});

describe('consent for another session', () => {
  it('a page that one person left open is not answered for the person who signed in after them', async () => {
    shop = await newShop();
    const { browser } = await atConsent(await newShop());
    const session = new FormBrowser();
    await (await newShop()).signIn(session, lan);
    const left = await atConsent(shop, session);
    expect(left.page.html).toContain('value="approve"');
    const out = await session.open(`${provider.issuer}/session/end`);
    await session.press(out, 'continue');
    await (await newShop()).signIn(session, minh);
    const answered = await session.press(left.page, 'approve', { grant: ['name'] }, shop.redirectUri);
    expect([hasCode(answered), await receiptsOf(lanId, shop), await receiptsOf(minhId, shop)]).toEqual([false, 0, 0]);
    expect(browser.way.length).toBeGreaterThan(0);
  });

  it("a form with another page's address, or another person's token, changes nothing", async () => {
    const [one, other] = [await newShop(), await newShop()];
    const [mine, theirs] = [await atConsent(one), await atConsent(other, new FormBrowser(), minh)];
    const tokenOf = (page: Page): string => formsOf(page.html)[0]?.fields.find(([name]) => name === 'csrf')?.[1] ?? '';
    const body = new URLSearchParams({ csrf: tokenOf(mine.page), action: 'approve', grant: 'name' });
    const sent = await mine.browser.open(theirs.page.url, { method: 'POST', body }, other.redirectUri);
    expect(sent.status).toBeGreaterThan(399);
    const crossed = await mine.browser.press(
      mine.page,
      'approve',
      { csrf: tokenOf(theirs.page), grant: ['name'] },
      one.redirectUri,
    );
    expect(crossed.status).toBe(403);
    expect([await receiptsOf(lanId, one), await receiptsOf(minhId, other)]).toEqual([0, 0]);
  });

  it('a page that was changed on the way is not an answer to what was asked', async () => {
    shop = await newShop();
    const { browser, page } = await atConsent(shop);
    const forged = await browser.press(page, 'approve', { shown: 'x'.repeat(43), grant: ['name'] }, shop.redirectUri);
    expect([hasCode(forged), await receiptsOf(lanId, shop)]).toEqual([false, 0]);
    expect(forged.html).toContain('value="approve"');
  });

  it('what a registration asks for since the page was shown is not granted by it', async () => {
    shop = await newShop();
    const { browser, page } = await atConsent(shop);
    const purposes = [{ id: 'sign-in', vi: 'Bán dữ liệu của bạn', en: 'Selling your data' }];
    await Service.register(provider, shop.id, { purposes });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const answered = await browser.press(page, 'approve', { grant: ['name'] }, shop.redirectUri);
    expect([hasCode(answered), await receiptsOf(lanId, shop)]).toEqual([false, 0]);
  });
});

describe('clickjacking', () => {
  it('no page of a sign-in, of its errors or of its end is framed, or lends its address', async () => {
    shop = await newShop();
    const { browser, page, url } = await atConsent(shop);
    const pages = [
      await new FormBrowser().open(url),
      page,
      await new FormBrowser().open(page.url),
      await browser.press(page, 'approve', { csrf: 'x' }),
      await browser.open(`${provider.issuer}/session/end`),
      await browser.open(`${provider.issuer}/session/end?post_logout_redirect_uri=x`),
      await browser.open(shop.authorize({ redirect_uri: 'https://evil.example/' }).url),
      ...(await Promise.all(
        ['/', '/app', '/q', '/nothing', '/links/x', '/auth/x'].map((path) => browser.open(provider.issuer + path)),
      )),
    ];
    for (const { headers, url: at } of pages) {
      expect(headers.get('content-security-policy'), at).toContain("frame-ancestors 'none'");
      expect(headers.get('content-security-policy'), at).not.toContain('unsafe');
      expect(headers.get('x-frame-options'), at).toBe('DENY');
      expect(headers.get('referrer-policy'), at).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy'), at).toBe('same-origin');
    }
  });
});
