import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canBrowse, launchBrowser } from '#test/support/browser.ts';
import { type ConsoleWorld, openConsoleWorld, type Staff, shopForm } from '#test/support/console-world.ts';
import { looksRight } from '#test/support/looks-right.ts';

/** Where pictures go for whoever wants to look at them. */
const pictures = process.env['TEST_PICTURES'];
if (pictures !== undefined) mkdirSync(pictures, { recursive: true });

const widths = [360, 1280] as const;
let world: ConsoleWorld;
let browser: Browser;
let manager: Staff;
let reviewer: Staff;

/** A browser of somebody who has signed in by phone. */
async function browserOf(staff: Staff, more: object = {}): Promise<Page> {
  const { issuer } = world.provider;
  await staff.open('/console');
  const context = await browser.newContext({ locale: 'vi-VN', ...more });
  const cookies = staff.browser.cookieHeader(`${issuer}/console`).split('; ');
  await context.addCookies(
    cookies
      .map((pair) => /^([^=]+)=(.*)$/.exec(pair))
      .flatMap((found) =>
        found?.[1]?.startsWith('senid_console')
          ? [{ name: found[1], value: found[2] ?? '', domain: 'localhost', path: '/console' }]
          : [],
      ),
  );
  return context.newPage();
}

/** Looks at the page as it stands at both widths. */
async function look(page: Page, name: string): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    await looksRight(page);
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/console-${name}-${width}.png`, fullPage: true });
  }
}

const fill = async (page: Page, more: Partial<typeof shopForm> = {}): Promise<void> => {
  const { kind, claims, level, ...texts } = { ...shopForm, ...more };
  for (const [name, text] of Object.entries(texts)) if (await page.locator(`#${name}`).count()) await page.fill(`#${name}`, text);
  await page.selectOption('#kind', kind);
  await page.selectOption('#level', level);
  for (const claim of claims) await page.check(`input[value="${claim}"]`);
};

describe.skipIf(!canBrowse())('the console in a real browser', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    [world, browser] = await Promise.all([openConsoleWorld({ SENID_OPEN_REGISTRATION: 'true' }), launchBrowser()]);
    manager = await world.addStaff('Mai', ['manager']);
    reviewer = await world.addStaff('Quân', ['reviewer', 'operator']);
  });
  afterAll(async () => {
    await browser.close();
    await world.provider.stop();
  });

  it('takes a developer from nothing to a configuration and a forced outcome, without scripts', async () => {
    const page = await browserOf(manager, { javaScriptEnabled: true });
    const { issuer } = world.provider;
    await page.goto(`${issuer}/console`);
    await look(page, 'empty');
    await page.goto(`${issuer}/console/guide`);
    await look(page, 'guide-empty');
    await page.click('main a.button');
    await page.click('button[value=save]');
    await page.waitForSelector('[role=alert]');
    await look(page, 'form-wrong');
    await fill(page);
    await page.click('button[value=save]');
    await page.waitForSelector('[data-secret]');
    await look(page, 'made');
    await page.goto(`${issuer}/console/services/shop/guide`);
    await page.selectOption('#outcome', 'access_denied');
    await page.click('button[value=simulate]');
    await page.waitForSelector('[data-simulated=access_denied]');
    await look(page, 'guide');
    const [request] = await Promise.all([
      page.waitForRequest((each) => each.url().startsWith('http://localhost:9/shop/cb')),
      page.click('a.button[href*="/auth?"]').catch(() => undefined),
    ]);
    expect(new URL(request.url()).searchParams.get('error')).toBe('access_denied');
  });

  it('shows a reviewer what waits, and what came of it', async () => {
    const mine = await browserOf(manager);
    const { issuer } = world.provider;
    await mine.goto(`${issuer}/console/services/shop`);
    await mine.click('button[value=submit]');
    await mine.waitForSelector('[role=status]');
    await look(mine, 'submitted');
    const page = await browserOf(reviewer, { colorScheme: 'dark' });
    await page.goto(`${issuer}/console/services/shop`);
    await look(page, 'review-dark');
    await page.click('button[value=refuse]');
    await page.waitForSelector('.field-error');
    expect(await page.getAttribute('#reason-refuse', 'aria-describedby')).toContain('reason-refuse-error');
    await look(page, 'reason-missing');
    await page.fill('#reason-refuse', 'Tên dịch vụ chưa rõ');
    await page.click('button[value=refuse]');
    await page.waitForSelector('[role=status]');
    await page.goto(`${issuer}/console?lang=en`);
    await look(page, 'list');
  });

  it('is walked by keyboard: menu, sign out, then the form from the top, and says where an error belongs', async () => {
    const page = await browserOf(manager);
    await page.goto(`${world.provider.issuer}/console/new`);
    const stops: string[] = [];
    for (let n = 0; n < 11; n += 1) {
      await page.keyboard.press('Tab');
      stops.push(await page.evaluate<string>('document.activeElement.id || document.activeElement.textContent.trim()'));
    }
    expect(stops.slice(-5)).toEqual(['Đăng xuất', 'client_id', 'name_vi', 'name_en', 'redirects']);
    await page.focus('button[value=save]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert] a');
    await page.click('[role=alert] a[href="#name_vi"]');
    expect(await page.evaluate('document.activeElement.id')).toBe('name_vi');
  });

  it('says to who has no role what to do', async () => {
    const nobody = await world.addStaff('Xuân', []);
    const page = await browserOf(nobody);
    await page.goto(`${world.provider.issuer}/console`);
    await look(page, 'no-role');
    await page.goto(`${world.provider.issuer}/console/signed-out`);
    await look(page, 'signed-out');
  });

  it('leads a person through their account at the desk without scripts: in, a code for a phone, another password, not me, the lock', async () => {
    const owner = {
      id_number: '000190000777',
      name: { family: 'Trần', middle: 'Thị', given: 'Sen' },
      birthdate: '1950-02-01',
      gender: 'female',
      phone: '0912000777',
      identity_level: 2,
      password: 'hoa sen mua ha',
    };
    await world.provider.addPerson(owner);
    const page = await (await browser.newContext({ locale: 'vi-VN', javaScriptEnabled: false })).newPage();
    const press = (value: string): Promise<void> => page.click(`button[value=${value}]`);
    await page.goto(world.provider.issuer);
    await page.click('a[href="/account"]');
    await page.fill('#id_number', owner.id_number);
    await page.fill('#password', owner.password);
    await press('continue');
    await press('approve');
    await page.getByRole('heading', { name: 'Tài khoản của tôi' }).waitFor();
    await page.click('a[href="/account/devices"]');
    await page.click('a[href="/account/devices/new"]');
    await press('make-code');
    expect(await page.textContent('[data-code]')).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
    expect((await page.locator('.qr img').boundingBox())?.width).toBeGreaterThanOrEqual(240);
    await page.goto(`${world.provider.issuer}/account/password`);
    await page.fill('#new_password', 'hoa sen mùa thu');
    await page.fill('#new_password_again', 'hoa sen mùa thu');
    await press('change-password');
    await page.getByRole('status').getByText('Đã đổi mật khẩu').waitFor();
    await page.click('a[href="/account/history"]');
    await page.locator('button[value=not-me]').first().click();
    await page.getByRole('heading', { name: 'Đã đăng xuất ở mọi nơi' }).waitFor();
    await press('lock');
    await page.getByRole('heading', { name: 'Tài khoản đã khóa' }).waitFor();
    await page.goto(`${world.provider.issuer}/account`);
    await page.waitForSelector('#password');
  });
});
