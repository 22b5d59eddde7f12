import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { encodeQR } from 'qr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountId } from '#src/kernel/identifier.ts';
import { canBrowse, launchBrowser } from '#test/support/browser.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const lan = {
  id_number: '000190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000001',
  identity_level: 2,
  password: 'sen hong 2026',
};

/** One still picture of a QR as a raw video (YUV4MPEG2), as a camera would see it. */
function filmOf(text: string): Buffer {
  const [width, height, scale] = [640, 480, 7];
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const luma = Buffer.alloc(width * height, 235);
  const [left, top] = [Math.floor((width - rows.length * scale) / 2), Math.floor((height - rows.length * scale) / 2)];
  rows.forEach((row, y) => {
    row.forEach((isDark, x) => {
      for (let line = 0; isDark && line < scale; line += 1)
        luma.fill(
          16,
          (top + y * scale + line) * width + left + x * scale,
          (top + y * scale + line) * width + left + (x + 1) * scale,
        );
    });
  });
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)]);
  return Buffer.concat([
    Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`),
    ...Array.from({ length: 5 }, () => frame),
  ]);
}

let provider: TestProvider;
let browser: Browser;
let accountId: AccountId;
const folder = mkdtempSync(join(tmpdir(), 'senid-camera-'));
const film = join(folder, 'qr.y4m');

describe.skipIf(!canBrowse())('the web phone', () => {
  beforeAll(async () => {
    provider = await startProvider();
    accountId = await provider.addPerson(lan);
    writeFileSync(film, filmOf('nothing'));
    browser = await launchBrowser([
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await provider?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('reads the QR with the camera and shows which site it is for', async () => {
    const service = await Service.register(provider, 'rp');
    const phone = await (await browser.newContext({ locale: 'vi-VN', permissions: ['camera'] })).newPage();
    await phone.goto(`${provider.issuer}/app`);
    await phone.fill('#code', (await provider.application.enrolmentCodes.issue(accountId, { vouched: true })).code);
    await phone.fill('#pin', '246802');
    await phone.click('button.primary');
    await phone.waitForSelector('#qr');
    const page = await new FormBrowser().open(service.authorize().url);
    writeFileSync(film, filmOf(/data-qr="([^"]+)"/.exec(page.html)?.[1] ?? ''));
    await phone.click('button.primary');
    await phone.waitForSelector('.big-domain, [role=alert]');
    expect(await phone.textContent('.big-domain')).toBe('localhost:9');
  });
});
