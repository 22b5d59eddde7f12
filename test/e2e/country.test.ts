import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSync } from 'otplib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canBrowse, launchBrowser } from '#test/support/browser.ts';
import { type Country, type DemoPerson, startCountry } from '#test/support/country.ts';
import { looksRight } from '#test/support/looks-right.ts';

let country: Country;
let browser: Browser;
let folder: string;

const newContext = (more: object = {}): Promise<BrowserContext> => browser.newContext({ locale: 'vi-VN', ...more });
const person = (at: number): DemoPerson => country.people[at] as DemoPerson;
const press = (page: Page, action: string): Promise<void> => page.click(`button[value=${action}]`);

async function typePassword(page: Page, { id_number: id, password }: DemoPerson): Promise<void> {
  await page.fill('#id_number', id);
  await page.fill('#password', password);
  await press(page, 'continue');
}

describe.skipIf(!canBrowse())('the country in miniature, in a real browser', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'senid-phone-'));
    [country, browser] = await Promise.all([startCountry(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    expect(await country?.stop()).toBe(0);
    rmSync(folder, { recursive: true, force: true });
  });

  it('QR sign-in at the portal with the command line phone, the form filled, then the library by single sign-on', async () => {
    const phone = join(folder, 'lan.json');
    const { json: code } = await country.senid('people', 'enrolment-code', person(0).id_number, '--reason', 'test');
    expect((await country.senid('phone', 'enrol', (code as { code: string }).code, '--state', phone)).json).toMatchObject({
      account: { display_name: 'Nguyễn Thị Lan', identity_level: 2 },
    });

    const page = await (await newContext()).newPage();
    await page.goto(country.portal);
    await page.click('text=Đăng nhập bằng SenID');
    await page.waitForSelector('[data-qr] svg');
    await looksRight(page);
    const scanned = await country.senid('phone', 'scan', (await page.getAttribute('[data-qr]', 'data-qr')) ?? '', '--state', phone);
    const { id, payload } = scanned.json as { id: string; payload: { client: { domain: string } } };
    expect(payload.client.domain).toBe(new URL(country.portal).host);
    await page.waitForSelector('[data-number]');
    await looksRight(page);
    const number = ((await page.textContent('[data-number]')) ?? '').trim();
    expect((await country.senid('phone', 'approve', id, '--number', number, '--state', phone)).code).toBe(0);
    await page.waitForSelector('text=Có phải bạn không?');
    await looksRight(page);
    await press(page, 'continue');
    await page.waitForSelector('text=Cổng dịch vụ công sẽ nhận thông tin');
    await looksRight(page);
    await press(page, 'approve');
    await page.waitForSelector('[data-name]');
    expect(await page.inputValue('#full_name')).toBe('Nguyễn Thị Lan');
    expect(await page.inputValue('#birthdate')).toBe('01/02/1990');
    expect(await page.getAttribute('[data-level]', 'data-level')).toBe('urn:senid:acr:id2-auth2');
    expect(await page.textContent('[data-level]')).toContain('Tài khoản mức 2: đã xác minh trực tiếp');
    await looksRight(page);
    await page.click('text=English');
    expect(await page.inputValue('#birthdate')).toBe('1 February 1990');
    await page.click('form button');
    await page.waitForSelector('[role=status]');
    await looksRight(page);
    await page.click('text=Tiếng Việt');
    expect(await page.textContent('[role=status]')).toMatch(/Đã nhận hồ sơ H00-\d{6}/);

    await page.goto(country.library);
    await page.click('a.button');
    await press(page, 'approve');
    expect(await page.textContent('[data-name]')).toBe('Nguyễn Thị Lan');
    await page.goto(`${country.library}/sign-in`);
    expect(page.url().startsWith(country.library)).toBe(true);
  });

  it('documents that agencies verified fill the portal, by law and by consent; one that is not verified is said to be missing', async () => {
    // an operator sees that, and why, and nothing of what stands in them
    const states = async (at: number) => {
      const { json } = await country.senid('documents', 'list', person(at).id_number, '--reason', 'thử');
      expect(JSON.stringify(json)).not.toMatch(/record|Nguyễn|Hà Nội/);
      const listed = json as { type: string; state: string; reason: { code: string } | null }[];
      return Object.fromEntries(listed.map(({ type, state, reason }) => [type, reason?.code ?? state]));
    };
    await expect
      .poll(() => states(1))
      .toEqual({ driving_licence: 'being-checked', health_insurance: 'differs', social_insurance: 'verified' });
    await expect.poll(async () => new Set(Object.values(await states(0)))).toEqual(new Set(['verified']));

    const page = await (await newContext({ viewport: { width: 360, height: 740 } })).newPage();
    const enter = async (at: number): Promise<void> => {
      await typePassword(page, person(at));
      await page.fill('#otp', generateSync({ secret: person(at).totp_secret ?? '' }));
      await press(page, 'continue');
    };
    await page.goto(`${country.portal}/sign-in?for=licence`);
    await enter(0);
    await page.waitForSelector('text=Giấy phép lái xe');
    expect(await page.textContent('dl')).toContain('Số: 000190000901\nHọ và tên: Nguyễn Thị Lan\nHạng: A1, B');
    expect(await page.textContent('dl')).toContain('Luật Trật tự, an toàn giao thông đường bộ');
    expect(await page.locator('input[name=grant]').count()).toBe(0);
    await looksRight(page);
    await press(page, 'approve');
    await page.waitForSelector('#classes');
    expect(await page.inputValue('#number')).toBe('000190000901');
    expect(await page.textContent('[data-source]')).toContain('Cục Cảnh sát giao thông đã xác minh');
    await looksRight(page);
    await page.click('text=Đăng ký khám bệnh');
    await page.check('input[name=grant][value$=health_insurance]');
    await looksRight(page);
    await press(page, 'approve');
    await page.waitForSelector('#first_care_place');
    expect(await page.inputValue('#number')).toBe('DN0000000000101');
    await looksRight(page);
    await page.click('form button');
    expect(await page.textContent('[role=status]')).toMatch(/Đã nhận hồ sơ H02-\d{6}/);

    await page.context().clearCookies();
    await page.goto(`${country.portal}/sign-in?for=licence`);
    await enter(9);
    await page.waitForSelector('text=chưa có giấy tờ đã xác minh');
    await looksRight(page);
    await press(page, 'approve');
    await page.waitForSelector('[data-missing]');
    expect(await page.locator('#number').count()).toBe(0);
    await looksRight(page);
  });

  it('password and code at the bank, a part granted; then sign-out', async () => {
    const page = await (await newContext({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' })).newPage();
    await page.goto(country.bank);
    await page.click('a.button');
    await page.fill('#id_number', person(1).id_number);
    await page.fill('#password', 'không phải mật khẩu này');
    await press(page, 'continue');
    await page.waitForSelector('[role=alert]');
    await looksRight(page);
    await typePassword(page, person(1));
    await page.waitForSelector('#otp');
    await looksRight(page);
    await page.fill('#otp', generateSync({ secret: person(1).totp_secret ?? '' }));
    await press(page, 'continue');
    await page.waitForSelector('input[name=grant]');
    await looksRight(page);
    expect(await page.locator('input[name=grant]:checked').count()).toBe(0);
    await page.check('input[value=name]');
    await page.check('input[value=birthdate]');
    await page.check('input[value^="verified_claims."][value$=age_over_18]');
    await press(page, 'approve');
    await page.waitForSelector('[data-claim]');
    expect(await page.textContent('[data-claim=name]')).toBe('Trần Văn Minh');
    expect(await page.textContent('[data-claim=birthdate]')).toBe('23/11/1985');
    expect(await page.textContent('[data-claim=phone_number]')).toBe('bạn không chia sẻ');
    expect(await page.textContent('[data-verified=age_over_18]')).toBe('có');
    expect(await page.locator('[data-verified=personal_id_number]').count()).toBe(0);
    expect(await page.textContent('[data-verification]')).toBe('Xác minh trực tiếp, 15/01/2026, Công an phường Mẫu');
    await looksRight(page);
    await page.click('a[href="/sign-out"]');
    await page.waitForSelector('text=Bạn muốn đăng xuất?');
    await looksRight(page);
    await press(page, 'continue');
    await page.waitForURL(`${country.bank}/`);
    expect(await page.textContent('[role=status]')).toContain('Bạn đã đăng xuất khỏi trang này và khỏi SenID.');
    await looksRight(page);
    await page.reload();
    expect(await page.locator('[role=status]').count()).toBe(0);
    await page.click('a.button');
    await page.waitForSelector('#password');
  });

  it('consent taken back in SenID signs the person out at the service, which was told', async () => {
    const page = await (await newContext()).newPage();
    await page.goto(`${country.library}/sign-in`);
    await typePassword(page, person(1));
    await press(page, 'approve');
    expect(await page.textContent('[data-name]')).toBe('Trần Văn Minh');
    const { code } = await country.senid('consents', 'withdraw', person(1).id_number, 'demo-library', '--reason', 'thư số 3');
    expect(code).toBe(0);
    await expect
      .poll(async () => (await page.reload()) && page.locator('[role=status]').allTextContents(), { timeout: 15_000 })
      .toEqual([expect.stringContaining('Bạn đã rút lại sự đồng ý trong SenID')]);
    await looksRight(page);
    await page.goto(`${country.library}/sign-in`);
    await page.waitForSelector('button[value=approve]');
  });

  it('a level-1 person at the portal learns what is missing and the portal gets the right error', async () => {
    const page = await (await newContext()).newPage();
    await page.goto(`${country.portal}/sign-in`);
    await typePassword(page, person(2));
    await page.waitForSelector('text=Tài khoản của bạn chưa đủ mức');
    await looksRight(page);
    await press(page, 'cancel');
    await page.waitForURL(`${country.portal}/`);
    expect(await page.textContent('[data-error]')).toBe('unmet_authentication_requirements');
    expect(await page.textContent('h1')).toBe('Tài khoản của bạn chưa đủ mức cho dịch vụ này');
    expect(await page.textContent('[role=alert]')).toContain('công an xã, phường');
    const small = await page.evaluate<string>("getComputedStyle(document.querySelector('[data-error]')).fontSize");
    expect(Number.parseFloat(small)).toBeLessThan(16);
    await looksRight(page);
    await page.click('text=English');
    expect(await page.textContent('h1')).toBe('Your account is not yet at the level this service needs');
    await looksRight(page);
    await page.goto(country.portal);
    expect(await page.locator('[data-error]').count()).toBe(0);
  });

  it('whoever cancels reads what happened and how to go on, in the language of the page', async () => {
    const page = await (await newContext({ locale: 'en-GB', colorScheme: 'dark', javaScriptEnabled: false })).newPage();
    await page.goto(`${country.portal}/sign-in`);
    await press(page, 'cancel');
    expect(await page.textContent('h1')).toBe('You cancelled the sign-in');
    expect(await page.textContent('[role=alert]')).toContain('Nothing was shared.');
    expect(await page.textContent('[data-error]')).toBe('access_denied');
    await page.click('a.button');
    await page.waitForSelector('#id_number');
  });

  it('the web phone at /app enrols, shows the site largest, and approves', async () => {
    const phone = await (await newContext({ viewport: { width: 360, height: 740 } })).newPage();
    const { json } = await country.senid('people', 'enrolment-code', person(6).id_number, '--reason', 'test');
    await phone.goto(`${country.issuer}/app`);
    await phone.waitForSelector('#code');
    await looksRight(phone);
    await phone.fill('#code', (json as { code: string }).code);
    await phone.fill('#pin', '135790');
    await phone.click('button.primary');
    await phone.waitForSelector('#qr');
    await looksRight(phone);

    const desk = await (await newContext({ locale: 'en-GB' })).newPage();
    await desk.goto(`${country.bank}/sign-in`);
    await phone.fill('#qr', (await desk.getAttribute('[data-qr]', 'data-qr')) ?? '');
    await phone.click('button.secondary');
    await phone.waitForSelector('.big-domain');
    await looksRight(phone);
    expect(await phone.textContent('.big-domain')).toBe(new URL(country.bank).host);
    await desk.waitForSelector('[data-number]');
    await phone.fill('#number', ((await desk.textContent('[data-number]')) ?? '').trim());
    await phone.check('input[value=name]');
    await phone.check('input[value^="verified_claims."][value$=age_over_18]');
    await phone.fill('#pin', '999999');
    await phone.click('button[value=approve]');
    await phone.waitForSelector('[role=alert]');
    await looksRight(phone);
    expect(await phone.isChecked('input[value=name]')).toBe(true);
    await phone.fill('#pin', '135790');
    await phone.click('button[value=approve]');
    await phone.waitForSelector('.status.done');
    await looksRight(phone);
    expect(await phone.textContent('.status.done')).toContain('Ngân hàng Hoa Sen được biết: Họ và tên, Đủ 18 tuổi (đã xác minh).');
    await desk.waitForSelector('text=Is this you?');
    await press(desk, 'continue');
    await desk.waitForSelector('button[value=approve]');
    expect(await desk.locator('input[value=name]').count()).toBe(0);
    await press(desk, 'approve');
    await desk.waitForSelector('[data-claim=name]');
    expect(await desk.textContent('[data-claim=name]')).toBe('Okafor Grace');
  });

  it('the pages of trouble and of the end are as readable as the others, in both languages and schemes', async () => {
    for (const [locale, colorScheme] of [
      ['vi-VN', 'light'],
      ['en-GB', 'dark'],
    ] as const) {
      const page = await (await newContext({ locale, colorScheme, viewport: { width: 360, height: 740 } })).newPage();
      for (const path of ['/', '/auth?client_id=nobody', '/nowhere', '/session/end/success', '/interaction/none']) {
        await page.goto(country.issuer + path);
        await looksRight(page);
        expect(await page.getAttribute('html', 'lang')).toBe(locale.slice(0, 2));
      }
    }
  });

  it('works without scripts: the QR is an image, the forms are forms', async () => {
    const page = await (await newContext({ javaScriptEnabled: false })).newPage();
    await page.goto(`${country.library}/sign-in`);
    expect(await page.getAttribute('[data-qr] img', 'src')).toContain('/qr.svg');
    await typePassword(page, person(2));
    await press(page, 'approve');
    expect(await page.textContent('[data-name]')).toBe('Lê Hoàng Anh');
    expect(await page.textContent('[data-level]')).toContain('Tài khoản mức 1');
    await page.click('a[href="/sign-out"]');
    await press(page, 'continue');
    expect(page.url()).toBe(`${country.library}/`);
    expect(await page.textContent('[role=status]')).toContain('Bạn đã đăng xuất');
    await page.goto(`${country.issuer}/app`);
    expect(await page.textContent('#phone')).toContain('cần JavaScript');
  });

  it('two tabs, the back button and a reload end on readable pages', async () => {
    const context = await newContext();
    const [one, two] = [await context.newPage(), await context.newPage()];
    await one.goto(`${country.library}/sign-in`);
    await two.goto(`${country.library}/sign-in`);
    await typePassword(one, person(2));
    await one.waitForSelector('[data-name], button[value=approve]');
    if ((await one.locator('button[value=approve]').count()) > 0) await press(one, 'approve');
    await one.waitForSelector('[data-name]');
    await typePassword(two, person(2));
    await two.waitForLoadState();
    expect(await two.locator('[data-name], [data-error], [data-reference]').count()).toBeGreaterThan(0);
    await one.goBack();
    await one.waitForLoadState();
    expect(await one.locator('[data-name], [data-reference], a.button').count()).toBeGreaterThan(0);
    await looksRight(one);
  });

  it('everything can be done with the keyboard, in the order of reading', async () => {
    const page = await (await newContext()).newPage();
    await page.goto(`${country.library}/sign-in`);
    await page.waitForSelector('[data-qr] svg');
    const stops: string[] = [];
    for (let n = 0; n < 10; n += 1) {
      await page.keyboard.press('Tab');
      stops.push(
        await page.evaluate(
          "document.activeElement?.id || document.activeElement?.getAttribute('value') || document.activeElement?.tagName || ''",
        ),
      );
    }
    const order = ['id_number', 'password', 'continue', 'cancel'].map((stop) => stops.indexOf(stop));
    expect(order.every((at) => at >= 0)).toBe(true);
    expect(order).toEqual([...order].sort((one, other) => one - other));
  });

  it('200 % text on a small phone does not scroll sideways', async () => {
    const page = await (await newContext({ viewport: { width: 360, height: 740 } })).newPage();
    await page.goto(`${country.bank}/sign-in`);
    await page
      .addStyleTag({ content: 'html { font-size: 225% }' })
      .catch(() => page.evaluate("document.documentElement.style.setProperty('font-size', '225%')"));
    await looksRight(page);
  });

  it('every invented person is there, and the locked ones look like a wrong password', async () => {
    const { json } = await country.senid('people', 'list', '--demo');
    expect(json).toHaveLength(12);
    const page = await (await newContext()).newPage();
    await page.goto(`${country.library}/sign-in`);
    await typePassword(page, person(3));
    await page.waitForSelector('text=Số định danh hoặc mật khẩu không đúng');
  });
});
