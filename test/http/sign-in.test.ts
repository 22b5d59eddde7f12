import { decodeJwt } from 'jose';
import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FormBrowser } from '#test/support/form-browser.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const totpSecret = 'DOZEP2FQ3GR4HS5IT6JU7KVALWBMXCNY';
const lan = {
  id_number: '000190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000001',
  email: 'lan@example.org',
  identity_level: 2,
  password: 'sen hong 2026',
  totp_secret: totpSecret,
};
const anh = {
  id_number: '000195000002',
  name: { family: 'Lê', middle: 'Hoàng', given: 'Anh' },
  birthdate: '1995',
  gender: 'other',
  identity_level: 1,
  password: 'hoa sen trang 1',
};

let provider: TestProvider;
let bank: Service;
let portal: Service;
let library: Service;

beforeAll(async () => {
  provider = await startProvider();
  await provider.addPerson(lan);
  await provider.addPerson(anh);
  bank = await Service.register(provider, 'bank');
  portal = await Service.register(provider, 'portal', {
    class: 'public',
    min_acr: 'urn:senid:acr:id2-auth2',
    legal_basis: [{ claim: 'name', text: { vi: 'Nghị định', en: 'Decree' } }],
  });
  library = await Service.register(provider, 'library', { class: 'public', allowed_claims: [], sector: 'library.example' });
});
afterAll(() => provider.stop());

const code = (): string => generateSync({ secret: totpSecret });
const errorOf = (url: string): string | null => new URL(url).searchParams.get('error');

describe('a person signs in with a password', () => {
  it('sees who asks for what, grants a part, and only that part leaves', async () => {
    const browser = new FormBrowser();
    const { url, verifier, state } = bank.authorize({ scope: 'openid profile email' });
    const first = await browser.open(url);
    expect(first.status).toBe(200);
    expect(first.html).toContain('data-qr=');
    const consent = await browser.press(first, 'continue', { id_number: lan.id_number, password: lan.password });
    expect(consent.html).toContain('Service bank');
    expect(consent.html).toContain('Nguyễn Thị Lan');
    expect(consent.html).not.toContain('checked');
    const back = await browser.press(consent, 'approve', { grant: ['name', 'address', 'made_up'] }, bank.redirectUri);
    const answer = new URL(back.url).searchParams;
    expect(answer.get('state')).toBe(state);
    expect(answer.get('iss')).toBe(provider.issuer);
    const { status, tokens } = await bank.redeem(back, verifier);
    expect(status).toBe(200);
    expect(await bank.userinfo(tokens)).toEqual({ sub: expect.any(String), name: 'Nguyễn Thị Lan' });
    expect(decodeJwt(tokens.id_token)).toMatchObject({
      acr: 'urn:senid:acr:id2-auth1',
      amr: ['pwd'],
      auth_time: expect.any(Number),
    });
  });

  it('is asked once: the next time nothing new means no page, and what was refused stays refused', async () => {
    const browser = new FormBrowser();
    const first = await bank.signIn(browser, lan, { scope: 'openid profile email' }, []);
    browser.way.length = 0;
    const { url, verifier } = bank.authorize({ scope: 'openid profile email' });
    const back = await browser.open(url, {}, bank.redirectUri);
    expect(browser.way).toHaveLength(1);
    const { tokens } = await bank.redeem(back, verifier);
    expect(await bank.userinfo(tokens)).toEqual({ sub: first.claims?.sub, name: 'Nguyễn Thị Lan' });
  });

  it('goes on to a second service by single sign-on: one page that names it, then none', async () => {
    const browser = new FormBrowser();
    await bank.signIn(browser, lan, {}, []);
    const { url } = library.authorize();
    const page = await browser.open(url, {}, library.redirectUri);
    expect(page.html).not.toContain('name="password"');
    expect(page.html).toContain('Service library');
    await browser.press(page, 'approve', {}, library.redirectUri);
    const again = await browser.open(library.authorize().url, {}, library.redirectUri);
    expect(again.url.startsWith(library.redirectUri)).toBe(true);
  });

  it('has a different subject at every service and the same one each time', async () => {
    const one = await bank.signIn(new FormBrowser(), lan);
    const two = await library.signIn(new FormBrowser(), lan);
    const three = await bank.signIn(new FormBrowser(), lan);
    expect(one.claims?.sub).toBe(three.claims?.sub);
    expect(one.claims?.sub).not.toBe(two.claims?.sub);
  });
});

describe('a level-2 service', () => {
  it('asks a level-2 person for the code as well, and the token says so', async () => {
    const browser = new FormBrowser();
    const { url, verifier } = portal.authorize({ scope: 'openid profile' });
    const otp = await browser.press(await browser.open(url), 'continue', { id_number: lan.id_number, password: lan.password });
    expect(otp.html).toContain('autocomplete="one-time-code"');
    const inform = await browser.press(otp, 'continue', { otp: code() });
    expect(inform.html).toContain('Decree');
    const back = await browser.press(inform, 'approve', { grant: [] }, portal.redirectUri);
    const { tokens } = await portal.redeem(back, verifier);
    expect(decodeJwt(tokens.id_token)).toMatchObject({
      acr: 'urn:senid:acr:id2-auth2',
      amr: expect.arrayContaining(['pwd', 'otp', 'mfa']),
    });
    expect(await portal.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
    expect(await portal.userinfo(tokens)).not.toHaveProperty('birthdate');
  });

  it('does not take the same code twice', async () => {
    const twice = code();
    const enter = async (): Promise<number> => {
      const browser = new FormBrowser();
      const otp = await browser.press(await browser.open(portal.authorize().url), 'continue', {
        id_number: lan.id_number,
        password: lan.password,
      });
      return (await browser.press(otp, 'continue', { otp: twice })).status;
    };
    await enter();
    expect(await enter()).toBe(401);
  });

  it('shows a level-1 person what is missing, and cancel tells the service', async () => {
    const browser = new FormBrowser();
    const page = await browser.press(await browser.open(portal.authorize().url), 'continue', {
      id_number: anh.id_number,
      password: anh.password,
    });
    expect(page.html).toContain('role="alert"');
    expect(page.html).toContain('data-reference');
    expect(page.html).toContain('police office');
    const back = await browser.press(page, 'cancel', {}, portal.redirectUri);
    expect(errorOf(back.url)).toBe('unmet_authentication_requirements');
    expect(new URL(back.url).searchParams.get('iss')).toBe(provider.issuer);
  });

  it('steps up inside a session, asking only for what is missing', async () => {
    const browser = new FormBrowser();
    await bank.signIn(browser, lan);
    const page = await browser.open(portal.authorize().url);
    expect(page.html).not.toContain('name="password"');
    expect(page.html).toContain('name="otp"');
  });
});

describe('trouble on the way', () => {
  it('a wrong password and an unknown person get the same page, byte for byte but for tokens', async () => {
    const entry = async (id: string): Promise<{ status: number; html: string }> => {
      const browser = new FormBrowser();
      const { status, html } = await browser.press(await browser.open(bank.authorize().url), 'continue', {
        id_number: id,
        password: 'not this one',
      });
      const blank = html
        .replaceAll(/[A-Za-z0-9_-]{40,}/g, '')
        .replaceAll(/\/q#[^"<]*/g, '')
        .replace(/data-reference="?>?[A-Z0-9]+/, '')
        .replaceAll(/<code data-reference>[A-Z0-9]+/g, '')
        .replaceAll(id, '');
      return { status, html: blank };
    };
    const wrong = await entry(lan.id_number);
    const unknown = await entry('000199999999');
    expect(wrong.status).toBe(401);
    expect(unknown).toEqual(wrong);
  });

  it('cancel gives access_denied', async () => {
    const browser = new FormBrowser();
    const back = await browser.press(await browser.open(bank.authorize().url), 'cancel', {}, bank.redirectUri);
    expect(errorOf(back.url)).toBe('access_denied');
  });

  it('a cancelled consent gives access_denied and nothing is remembered', async () => {
    const browser = new FormBrowser();
    const consent = await browser.press(await browser.open(bank.authorize({ scope: 'openid phone' }).url), 'continue', {
      id_number: lan.id_number,
      password: lan.password,
    });
    expect(errorOf((await browser.press(consent, 'cancel', {}, bank.redirectUri)).url)).toBe('access_denied');
    const again = await browser.press(await browser.open(bank.authorize({ scope: 'openid phone' }).url), 'continue', {
      id_number: lan.id_number,
      password: lan.password,
    });
    expect(again.html).toContain('value="phone_number"');
  });

  it('the page works once: reload and back after the end give a readable page, no second code', async () => {
    const browser = new FormBrowser();
    const first = await browser.open(library.authorize().url);
    const back = await browser.press(first, 'continue', { id_number: lan.id_number, password: lan.password }, library.redirectUri);
    expect(new URL(back.url).searchParams.has('code')).toBe(true);
    const again = await browser.open(first.url);
    expect(again.status).toBe(400);
    expect(again.html).toContain('data-reference');
    const resumed = browser.way.find((each) => /GET .*\/auth\/[^?]+$/.test(each))?.slice(4) ?? '';
    expect(resumed).not.toBe('');
    const replayed = await browser.open(resumed, {}, library.redirectUri);
    expect(replayed.status).toBe(400);
  });

  it('another browser that gets the address can neither see nor finish it', async () => {
    const page = await new FormBrowser().open(bank.authorize().url);
    const elsewhere = await new FormBrowser().open(page.url);
    expect(elsewhere.status).toBe(400);
    expect(elsewhere.html).not.toContain('password');
  });

  it('a page left open shows nothing of the person after they signed out in another tab, and takes no consent', async () => {
    const browser = new FormBrowser();
    const { tokens } = await bank.signIn(browser, lan);
    const open = await browser.open(bank.authorize({ scope: 'openid address phone' }).url);
    expect(open.html).toContain('value="phone_number"');
    await browser.press(
      await browser.open(`${provider.issuer}/session/end?${new URLSearchParams({ id_token_hint: tokens.id_token })}`),
      'continue',
    );
    for (const page of [await browser.open(open.url), await browser.press(open, 'approve', { grant: ['phone_number'] })]) {
      expect(page.status).toBe(400);
      expect(page.html).not.toContain('912000001');
    }
    const again = await bank.signIn(browser, lan, { scope: 'openid phone' });
    expect(await bank.userinfo(again.tokens)).not.toHaveProperty('phone_number');
  });

  it('the provider cannot be made to go on before a page was answered', async () => {
    const resume = (url: string): string => url.replace('/interaction/', '/auth/');
    const early = new FormBrowser();
    const page = await early.press(await early.open(portal.authorize({ scope: 'openid' }).url), 'continue', {
      id_number: lan.id_number,
      password: lan.password,
    });
    const instead = await early.open(resume(page.url), {}, portal.redirectUri);
    expect(instead.html).toContain('name="otp"');
    const skipping = new FormBrowser();
    const consent = await skipping.press(await skipping.open(bank.authorize({ scope: 'openid phone' }).url), 'continue', {
      id_number: anh.id_number,
      password: anh.password,
    });
    const asked = await skipping.open(resume(consent.url), {}, bank.redirectUri);
    expect(asked.html).toContain('value="approve"');
    const nobody = new FormBrowser();
    const first = await nobody.open(bank.authorize().url);
    expect((await nobody.open(resume(first.url), {}, bank.redirectUri)).html).toContain('name="password"');
  });

  it('a browser without cookies is told so', async () => {
    const browser = new FormBrowser();
    const response = await browser.request(bank.authorize().url);
    browser.forgetCookies();
    const page = await browser.open(new URL(response.headers.get('location') ?? '', provider.issuer).href);
    expect(page.status).toBe(400);
    expect(page.html).toContain('cookies');
  });

  it('a forged form changes nothing', async () => {
    const browser = new FormBrowser();
    const page = await browser.open(bank.authorize().url);
    const forged = await browser.press(page, 'continue', { csrf: 'forged', id_number: lan.id_number, password: lan.password });
    expect(forged.status).toBe(403);
    const other = await new FormBrowser().open(bank.authorize().url);
    const csrf = /name="csrf" value="([^"]+)"/.exec(other.html)?.[1] ?? '';
    expect((await browser.press(page, 'continue', { csrf, id_number: lan.id_number, password: lan.password })).status).toBe(403);
  });

  it('an unknown service or a return address that is not registered gets a page, never a redirect', async () => {
    for (const params of [
      { client_id: 'nobody' },
      { redirect_uri: `${bank.redirectUri}/` },
      { redirect_uri: 'https://evil.example/' },
    ]) {
      const page = await new FormBrowser().open(bank.authorize(params).url);
      expect(page.status).toBe(400);
      expect(page.html).toContain('data-reference');
    }
  });

  it('a suspended service is stopped within five seconds', async () => {
    const shortLived = await Service.register(provider, 'short-lived');
    expect((await new FormBrowser().open(shortLived.authorize().url)).status).toBe(200);
    await provider.application.registry.suspend('short-lived');
    await expect.poll(async () => (await new FormBrowser().open(shortLived.authorize().url)).status, { timeout: 5000 }).toBe(400);
  });
});

describe('signing out', () => {
  it('asks once, ends the session and the tokens, and returns to the service', async () => {
    const browser = new FormBrowser();
    const { tokens } = await bank.signIn(browser, lan);
    const end = new URLSearchParams({
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: 'http://localhost:9/bank/bye',
      state: 'xyz',
    });
    const ask = await browser.open(`${provider.issuer}/session/end?${end}`);
    expect(ask.html).toContain('Service bank');
    const bye = await browser.press(ask, 'continue', {}, 'http://localhost:9/bank/bye');
    expect(bye.url).toBe('http://localhost:9/bank/bye?state=xyz');
    expect(await bank.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
    expect((await browser.open(bank.authorize().url)).html).toContain('name="password"');
  });

  it('by POST works like by GET', async () => {
    const browser = new FormBrowser();
    const { tokens } = await bank.signIn(browser, lan);
    const page = await browser.open(`${provider.issuer}/session/end`, {
      method: 'POST',
      body: new URLSearchParams({ id_token_hint: tokens.id_token }),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(page.status).toBe(200);
    expect(page.html).toContain('value="continue"');
  });

  it('does not send the browser to an address that is not registered', async () => {
    const { tokens } = await bank.signIn(new FormBrowser(), lan);
    const end = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: 'https://evil.example/' });
    expect((await new FormBrowser().open(`${provider.issuer}/session/end?${end}`)).status).toBe(400);
  });
});
