import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan, qrOf } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const anh = { ...lan, id_number: '000195000003', phone: '0912000003', identity_level: 1, password: 'hoa sen 2026 do' };
const minh = { ...lan, id_number: '000185000002', phone: '0912000002', totp_secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' };

let provider: TestProvider;
let library: Service;
let portal: Service;

beforeAll(async () => {
  provider = await startProvider();
  for (const person of [lan, anh, minh]) await provider.addPerson(person);
  library = await Service.register(provider, 'library');
  portal = await Service.register(provider, 'portal', { min_acr: 'urn:senid:acr:id2-auth2' });
});
afterAll(() => provider.stop());

describe('no page is a dead end', () => {
  it('somebody else can sign in where the level of who is signed in is too low, and only as themselves', async () => {
    const browser = new FormBrowser();
    await library.signIn(browser, anh);
    const { url } = portal.authorize();
    const missing = await browser.open(url);
    expect(missing.html).toContain('Your account is not at the level needed');
    const form = await browser.press(missing, 'qr');
    expect(form.html).toContain('name="password"');
    expect(form.html).not.toContain('Confirm again');
    const code = await browser.press(form, 'continue', { id_number: minh.id_number, password: minh.password });
    expect(code.html).toContain('name="otp"');
    const same = await browser.press(await browser.press(await browser.open(url), 'qr'), 'continue', {
      id_number: anh.id_number,
      password: anh.password,
    });
    expect(same.html).toContain('Your account is not at the level needed');
  });

  it('the QR in the place of a code leads back to the code, and asks for no password', async () => {
    const browser = new FormBrowser();
    const code = await browser.press(await browser.open(portal.authorize().url), 'continue', {
      id_number: minh.id_number,
      password: minh.password,
    });
    const qr = await browser.press(code, 'qr');
    expect(qrOf(qr)).toContain('/q#');
    expect(qr.html).not.toContain('name="password"');
    const link = /<a href="(\/interaction\/[^"?]+)">/.exec(qr.html)?.[1] ?? '';
    expect((await browser.open(provider.issuer + link)).html).toContain('name="otp"');
  });

  it('an address that was taken up already says that the sign-in is over, and blames nobody', async () => {
    const browser = new FormBrowser();
    await library.signIn(browser, lan);
    const resumed = browser.way.find((each) => each.includes('/auth/'))?.replace('GET ', '') ?? '';
    const page = await browser.open(resumed, {}, library.redirectUri);
    expect([page.status, page.html.includes('This sign-in has ended or expired')]).toEqual([400, true]);
  });

  it('a sign-out with a faulty hint is called a faulty sign-out', async () => {
    const page = await new FormBrowser().open(`${provider.issuer}/session/end?id_token_hint=nonsense`);
    expect([page.status, page.html.includes('faulty sign-out request')]).toEqual([400, true]);
  });

  it('a browser that takes no cookies is told apart from one that did not begin here', async () => {
    const page = await new FormBrowser().open(library.authorize().url);
    const elsewhere = await new FormBrowser().open(page.url);
    expect([elsewhere.status, elsewhere.html.includes('belongs to another browser')]).toEqual([400, true]);
    let next = page.url;
    for (let hop = 0; hop < 3; hop += 1) {
      const response = await fetch(next, { redirect: 'manual', headers: { accept: 'text/html', 'accept-language': 'en' } });
      if (response.status !== 303) {
        expect([response.status, (await response.text()).includes('takes no cookies')]).toEqual([400, true]);
        return;
      }
      next = new URL(response.headers.get('location') ?? '', next).href;
    }
    throw new Error('was sent around in circles');
  });
});

describe('what was asked', () => {
  it.each([{ values: 'urn:senid:acr:id2-auth4' }, { values: [] }, { value: 7 }])(
    'an essential acr of a wrong form (%j) is not taken for none',
    async (asked) => {
      const claims = JSON.stringify({ id_token: { acr: { essential: true, ...asked } } });
      const browser = new FormBrowser();
      const page = await browser.open(library.authorize({ claims }).url);
      const back = await browser.press(page, 'cancel', {}, library.redirectUri);
      expect(back.url).toContain('error=unmet_authentication_requirements');
    },
  );
});

describe('compressed bodies', () => {
  it.each(['br', 'gzip', 'foo'])('are refused (%s), not a fault', async (encoding) => {
    for (const path of ['/auth', '/token', '/session/end', '/device/v1/enrolments']) {
      const headers = { 'content-encoding': encoding, 'content-type': 'application/x-www-form-urlencoded' };
      const { status } = await fetch(provider.issuer + path, { method: 'POST', headers, body: 'a=b', redirect: 'manual' });
      expect([path, status]).toEqual([path, 415]);
    }
  });
});

describe('guessing', () => {
  it('cannot tell an account with a slow imported hash from nobody by the time of the answer', async () => {
    const slow = await startProvider({ wrongEntryAfterMs: 700 });
    // bcrypt of cost 12, some 250 ms here
    const password_hash = '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW';
    const { password: _, ...imported } = { ...lan, password_hash };
    await slow.addPerson(imported);
    const rp = await Service.register(slow, 'rp');
    const browser = new FormBrowser();
    const page = await browser.open(rp.authorize().url);
    const took = async (id_number: string): Promise<number> => {
      const began = performance.now();
      expect((await browser.press(page, 'continue', { id_number, password: 'wrong password' })).status).toBe(401);
      return performance.now() - began;
    };
    expect(await took(lan.id_number)).toBeGreaterThanOrEqual(699);
    expect(await took('000000000000')).toBeGreaterThanOrEqual(699);
    await slow.stop();
  });
});

describe('a claims parameter', () => {
  const deep = (levels: number): object => (levels === 0 ? {} : { x: deep(levels - 1) });
  it.each([
    { userinfo: { 'na\u0000me': null } },
    { userinfo: { name: 'yes' } },
    { id_token: { name: ['a'] } },
    { userinfo: { name: deep(50) } },
    { userinfo: { ['x'.repeat(300)]: null } },
  ])(
    'of a kind that could not be kept, or that the specification does not know, is refused before any page: %#',
    async (claims) => {
      const { url } = library.authorize({ claims: JSON.stringify(claims) });
      const answer = await new FormBrowser().open(url, {}, library.redirectUri);
      expect(new URL(answer.url).searchParams.get('error')).toBe('invalid_request');
    },
  );
});
