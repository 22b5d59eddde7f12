import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, poll, registerBackchannelService } from '#test/support/backchannel-service.ts';
import { canBrowse, launchBrowser } from '#test/support/browser.ts';
import type { FapiService } from '#test/support/fapi-service.ts';
import { looksRight } from '#test/support/looks-right.ts';
import { startMatcher } from '#test/support/matcher.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';

const pin = '246802';
/** Where pictures go for whoever wants to look at them. */
const pictures = process.env['TEST_PICTURES'];
if (pictures !== undefined) mkdirSync(pictures, { recursive: true });

let matcher: Awaited<ReturnType<typeof startMatcher>>;
let provider: TestProvider;
let browser: Browser;
let phone: Page;
let bank: FapiService;
let count = 0;

async function picture(name: string): Promise<void> {
  await looksRight(phone);
  if (pictures !== undefined) await phone.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
}

const payment = (value: number) => ({
  type: 'senid_transaction',
  amount: { value, currency: 'VND' },
  payee: { name: 'Công ty Điện lực Hà Nội', account: '0011 2233 4455' },
  purpose: 'Tiền điện tháng 11',
  reference: 'HD-2026-11-0042',
});
const askFor = (fields: Readonly<Record<string, string>>) => ask(bank, { login_hint: lan.id_number, ...fields });

describe.skipIf(!canBrowse())('what a service asks by itself, on the phone at /app', () => {
  beforeAll(async () => {
    matcher = await startMatcher();
    [provider, browser] = await Promise.all([
      startProvider({ environment: { SENID_MATCHER_URL: matcher.address } }),
      launchBrowser(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']),
    ]);
    const account = await provider.addPerson(lan);
    const { code } = await provider.application.enrolmentCodes.issue(account, { vouched: true });
    const context = await browser.newContext({ locale: 'vi-VN', viewport: { width: 360, height: 740 }, permissions: ['camera'] });
    phone = await context.newPage();
    await phone.goto(`${provider.issuer}/app`);
    await phone.fill('#code', code);
    await phone.fill('#pin', pin);
    await phone.click('button.primary');
    await phone.waitForSelector('#qr');
  });
  afterAll(async () => {
    await browser.close();
    await provider.stop();
    await matcher.stop();
  });
  beforeEach(async () => {
    count += 1;
    bank = await registerBackchannelService(provider, `bank-${count}`, {
      client_name: 'Ngân hàng Hoa Sen',
      allowed_claims: ['name', 'birthdate', 'address'],
    });
  });

  const openWaiting = async (): Promise<void> => {
    await phone.click('[data-requests] button');
    await phone.waitForSelector('.big-domain');
  };
  it('a request for data comes by itself, says who and what, and a part may be granted', async () => {
    const asked = await askFor({ scope: 'openid profile', binding_message: 'Mở tài khoản 77' });
    await phone.waitForSelector('[data-requests] button');
    await picture('request-waiting');
    await openWaiting();
    const text = (await phone.textContent('main')) ?? '';
    for (const word of ['bank-1.example', 'Mở tài khoản 77', 'Nguyễn Thị Lan', 'Ngân hàng Hoa Sen']) expect(text).toContain(word);
    expect(await phone.locator('input[name=grant]:checked').count()).toBe(0);
    await picture('request-data');
    await phone.check('input[value=birthdate]');
    await phone.fill('#pin', pin);
    await phone.click('button[value=approve]');
    await expect
      .poll(async () => (await poll(bank, asked.body['auth_req_id'])).status, { interval: 5500, timeout: 30_000 })
      .toBe(200);
    await expect.poll(() => phone.textContent('main')).toContain('Ngày sinh');
    await phone.click('main button');
  });

  it('a payment is shown in words; above the limit the camera must see the face first', async () => {
    await askFor({ authorization_details: JSON.stringify([payment(12_500_000)]) });
    await openWaiting();
    const text = (await phone.textContent('main')) ?? '';
    for (const word of ['12.500.000', 'Công ty Điện lực Hà Nội', '0011 2233 4455', 'HD-2026-11-0042']) expect(text).toContain(word);
    await picture('request-payment');
    await phone.fill('#pin', pin);
    await phone.click('button[value=approve]');
    await phone.waitForSelector('[role=alert]');
    expect(await phone.textContent('[role=alert]')).toContain('khuôn mặt');
    await phone.click('.face button');
    await phone.waitForSelector('video:not([hidden])');
    await phone.click('.face button');
    await expect.poll(() => phone.textContent('.face [role=status]')).toContain('đã khớp');
    await picture('request-face-matched');
    await phone.click('button[value=approve]');
    await expect.poll(() => phone.textContent('main')).toContain('bằng chứng');
    await picture('request-paid');
    await phone.click('main button');
  });

  it('declining needs no face and nothing but the PIN', async () => {
    const asked = await askFor({ authorization_details: JSON.stringify([payment(50_000_000)]) });
    await openWaiting();
    await phone.fill('#pin', pin);
    await phone.click('button[value=deny]');
    await expect.poll(() => phone.textContent('h1')).toContain('từ chối');
    expect((await poll(bank, asked.body['auth_req_id'])).body['error']).toBe('access_denied');
    await phone.click('main button');
  });
});
