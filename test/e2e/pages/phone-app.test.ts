import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountId } from '#src/kernel/identifier.ts';
import { canBrowse, launchBrowser } from '#test/support/browser.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { looksRight } from '#test/support/looks-right.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';
import { TestClock } from '#test/support/test-clock.ts';

const mai = {
  id_number: '000190000077',
  name: { family: 'Phạm', middle: 'Thị', given: 'Mai' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000077',
  identity_level: 2,
  password: 'sen trang 2026',
};

let provider: TestProvider;
let browser: Browser;
let accountId: AccountId;
let service: Service;
/** Stands still while a phone works, so that no QR grows old on a slow machine. */
const clock = new TestClock(Date.now());

const code = async (): Promise<string> => (await provider.application.enrolmentCodes.issue(accountId, { vouched: true })).code;
const qrText = async (): Promise<string> => {
  const page = await new FormBrowser().open(service.authorize().url);
  // the interaction itself is stamped with the machine's time
  clock.advance(Date.now() - clock.now());
  return /data-qr="([^"]+)"/.exec(page.html)?.[1] ?? '';
};

/** A phone's browser whose clock is this many minutes ahead. */
async function newPhone(minutesAhead = 0): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'vi-VN', viewport: { width: 360, height: 740 } })).newPage();
  await page.clock.install({ time: Date.now() + minutesAhead * 60_000 });
  return page;
}

async function enrol(phone: Page, path = '/app'): Promise<void> {
  // a person has three phones at most, and each test brings one
  for (const { id } of await provider.application.devices.list(accountId)) await provider.application.devices.revoke(accountId, id);
  await phone.goto(provider.issuer + path);
  await phone.fill('#code', await code());
  await phone.fill('#pin', '246802');
  await phone.click('button.primary');
}

describe.skipIf(!canBrowse())('the phone at /app', () => {
  beforeAll(async () => {
    [provider, browser] = await Promise.all([startProvider({ clock }), launchBrowser()]);
    accountId = await provider.addPerson(mai);
    service = await Service.register(provider, 'rp');
  });
  afterAll(async () => {
    await browser?.close();
    await provider?.stop();
  });

  it('works with a clock that is 20 minutes wrong, and shows the time that is left truly', async () => {
    const phone = await newPhone(20);
    await enrol(phone);
    await phone.waitForSelector('#qr');
    await phone.fill('#qr', await qrText());
    await phone.click('button.secondary');
    await phone.waitForSelector('.big-domain');
    const left = Number(/\d+/.exec((await phone.textContent('[role=timer]')) ?? '')?.[0]);
    expect(left).toBeGreaterThan(90);
    expect(left).toBeLessThanOrEqual(121);
    await phone.fill('#pin', '246802');
    await phone.click('button[value=deny]');
    await phone.waitForSelector('.status.refused');
  });

  it('takes the QR from the address that its own camera opened, also when it has to enrol first, and asks which site it is', async () => {
    const phone = await newPhone();
    const text = await qrText();
    await enrol(phone, `/q${text.slice(text.indexOf('#'))}`);
    await phone.waitForSelector('.big-domain, [role=alert]');
    expect(await phone.textContent('.big-domain')).toBe('localhost:9');
    expect(await phone.textContent('h2')).toBe('Trang nào đang mở trên màn hình kia?');
    expect(new URL(phone.url()).hash).toBe('');
    // nothing is ticked for the person, and both answers are there
    expect(await phone.locator('input:checked').count()).toBe(0);
    expect(await phone.locator('button[value=approve], button[value=deny], button[value=not-me]').count()).toBe(3);
  });

  it('lets the question go when its time is over, and says so', async () => {
    const phone = await newPhone();
    await enrol(phone);
    await phone.waitForSelector('#qr');
    await phone.fill('#qr', await qrText());
    await phone.click('button.secondary');
    await phone.waitForSelector('.big-domain');
    await phone.clock.runFor(125_000);
    await phone.waitForSelector('[role=alert]');
    expect(await phone.textContent('[role=alert]')).toContain('Yêu cầu đã hết hạn.');
    expect(await phone.locator('button[value=approve]').count()).toBe(0);
  });

  it('tells of a sign-in in a new browser, and one tap ends it', async () => {
    const signedIn = await service.signIn(new FormBrowser(), mai, { scope: 'openid name', prompt: 'login' }, ['name']);
    const phone = await newPhone();
    await enrol(phone);
    await phone.waitForSelector('.history .alerting');
    await phone.waitForFunction("document.querySelector('.history [role=status]').textContent !== ''");
    await looksRight(phone);
    clock.advance(2000);
    await phone.getByRole('button', { name: 'Không phải tôi đăng nhập vào Dịch vụ rp' }).first().click();
    await phone.waitForSelector('.status.done');
    await looksRight(phone);
    expect(await service.userinfo(signedIn.tokens)).toMatchObject({ error: 'invalid_token' });
    await phone.getByRole('button', { name: 'Xong' }).click();
    await phone.waitForSelector('.history li');
    expect(await phone.textContent('.history')).toContain('Bạn đã báo không phải mình');
  });

  it('does not keep the approval key in the clear, nor lets either key be taken out', async () => {
    const phone = await newPhone();
    await phone.goto(`${provider.issuer}/app`);
    const keysModule = (await phone.getAttribute('script[type=module]', 'src'))?.replace('phone-app', 'phone-keys');
    const kept = await phone.evaluate(`(async () => {
      const { createKeys, openApprovalKey } = await import(${JSON.stringify(keysModule)});
      const keys = await createKeys('246802');
      const opened = await openApprovalKey(keys.sealedApproval, '246802');
      const wrong = await openApprovalKey(keys.sealedApproval, '246803').then(() => 'opened', () => 'refused');
      return [keys.device.privateKey.extractable, opened.extractable, wrong];
    })()`);
    expect(kept).toEqual([false, false, 'refused']);
  });
});
