import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canBrowse, launchBrowser } from '#test/support/browser.ts';
import { type Country, type DemoPerson, startCountry } from '#test/support/country.ts';
import { looksRight } from '#test/support/looks-right.ts';
import { faceOf } from '#test/support/matcher.ts';

const pictures = process.env['TEST_PICTURES'];
if (pictures !== undefined) mkdirSync(pictures, { recursive: true });

let country: Country;
let browser: Browser;
let folder: string;
let phone: string;
let page: Page;

async function picture(name: string): Promise<void> {
  await looksRight(page);
  if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
}

const senid = (...args: string[]) => country.senid('phone', ...args, '--state', phone);

/** What the phone has to answer, once it is there. */
async function waiting(): Promise<string> {
  let id = '';
  await expect
    .poll(async () => (id = ((await senid('list')).json as { id: string }[])[0]?.id ?? ''), { interval: 500 })
    .not.toBe('');
  return id;
}

describe.skipIf(!canBrowse())('the bank by phone, in a real browser', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'senid-bank-'));
    phone = join(folder, 'lan.json');
    [country, browser] = await Promise.all([startCountry(), launchBrowser()]);
    const { json } = await country.senid('people', 'enrolment-code', lan().id_number, '--reason', 'test');
    expect((await senid('enrol', (json as { code: string }).code)).code).toBe(0);
    page = await (await browser.newContext({ locale: 'vi-VN', viewport: { width: 360, height: 740 } })).newPage();
  });
  afterAll(async () => {
    await browser?.close();
    expect(await country?.stop()).toBe(0);
    rmSync(folder, { recursive: true, force: true });
  });

  const lan = (): DemoPerson => country.people[0] as DemoPerson;

  it('an account is opened from verified claims: asked on the phone, granted item by item', async () => {
    await page.goto(country.bank);
    await page.fill('#hint', '12');
    await page.click('form[action="/apply"] button');
    expect(await page.textContent('[role=alert]')).toContain('12 chữ số');
    expect(await page.inputValue('#hint')).toBe('12');
    await picture('bank-apply-wrong');
    await page.fill('#hint', lan().id_number);
    await page.click('form[action="/apply"] button');
    await page.waitForSelector('[data-waiting]');
    await picture('bank-apply-waiting');
    const id = await waiting();
    const verified = 'verified_claims.https://senid.example/claims/personal_id_number';
    expect((await senid('approve', id, '--grant', `name,birthdate,${verified}`)).code).toBe(0);
    await page.waitForSelector('[data-claim=name]', { timeout: 30_000 });
    expect(await page.textContent('[data-claim=name]')).toBe('Nguyễn Thị Lan');
    expect(await page.textContent('[data-claim=phone_number]')).toBe('bạn không chia sẻ');
    expect(await page.textContent('[data-verified=personal_id_number]')).toBe(lan().id_number);
    await picture('bank-customer');
  });

  async function transfer(amount: string): Promise<string> {
    await page.fill('#payee', 'Công ty Điện lực Hà Nội');
    await page.fill('#account', '0011 2233 4455');
    await page.fill('#amount', amount);
    await page.fill('#purpose', 'Tiền điện tháng 11');
    await page.click('form[action="/transfer"] button');
    await page.waitForSelector('[data-waiting]');
    return waiting();
  }

  it('a transfer is approved on the phone, and the bank checks and shows the signed proof', async () => {
    const id = await transfer('250.000');
    expect((await senid('approve', id)).code).toBe(0);
    await page.waitForSelector('[data-paid]', { timeout: 30_000 });
    expect(await page.textContent('[data-amount]')).toBe('250.000 đồng');
    expect(await page.getAttribute('[data-proof]', 'data-proof')).toBe('valid');
    expect(await page.textContent('[data-approval]')).toBe(id);
    await picture('bank-paid');
    const shown = await country.senid('audit', 'show', id, '--reason', 'test');
    expect(shown.json).toMatchObject({ kind: 'transaction', verdict: { decision: 'approve', signature: true } });
  });

  it('above ten million the face is needed; a refusal is told, and nothing is paid', async () => {
    const id = await transfer('12500000');
    expect(await senid('approve', id)).toMatchObject({ code: 1, json: { code: 'face_missing' } });
    const face = join(folder, 'face.bin');
    writeFileSync(face, faceOf(lan()));
    expect((await senid('approve', id, '--face', face)).code).toBe(0);
    await page.waitForSelector('[data-paid]', { timeout: 30_000 });
    expect(await page.textContent('[data-amount]')).toBe('12.500.000 đồng');
    const other = await transfer('300000');
    expect((await senid('deny', other)).code).toBe(0);
    await page.waitForSelector('[role=alert]', { timeout: 30_000 });
    expect(await page.textContent('[role=alert]')).toContain('từ chối');
    await picture('bank-declined');
  });
});
