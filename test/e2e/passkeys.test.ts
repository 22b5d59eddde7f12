import { decodeJwt } from 'jose';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canBrowse, launchBrowser } from '#test/support/browser.ts';
import { looksRight } from '#test/support/looks-right.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

let provider: TestProvider;
let browser: Browser;
let portal: Service;
let context: BrowserContext;
let desk: Page;

describe.skipIf(!canBrowse())('a passkey, in a real browser with its virtual authenticator', () => {
  beforeAll(async () => {
    [provider, browser] = await Promise.all([startProvider(), launchBrowser()]);
    await provider.addPerson(lan);
    portal = await Service.register(provider, 'portal', { min_acr: 'urn:senid:acr:id2-auth2' });
    context = await browser.newContext({ locale: 'vi-VN' });
    desk = await context.newPage();
    const session = await context.newCDPSession(desk);
    await session.send('WebAuthn.enable');
    await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  });
  afterAll(async () => {
    await browser?.close();
    await provider?.stop();
  });

  it('is made on the account pages after a fresh proof', async () => {
    await desk.goto(`${provider.issuer}/account/passkeys/new`);
    await desk.fill('#id_number', lan.id_number);
    await desk.fill('#password', lan.password);
    await desk.click('form:has(#password) button[value=continue]');
    await desk.click('button[value=approve]');
    await desk.waitForURL('**/account/passkeys/new');
    await desk.fill('#name', 'Máy ở nhà');
    await looksRight(desk);
    await desk.click('main button[value=continue]');
    await desk.waitForURL('**/account/passkeys');
    expect(await desk.textContent('main')).toContain('Đã thêm passkey Máy ở nhà.');
    expect(await desk.textContent('main h2')).toBe('Máy ở nhà');
    await looksRight(desk);
  });

  /** Chosen from the list of the field as soon as the page is there; or never offered there, so that the button is pressed. */
  const chooseInField = (inField: boolean) =>
    desk.addInitScript(`PublicKeyCredential.isConditionalMediationAvailable = async () => ${inField}`);

  it.each([
    ['from the list of the field', true],
    ['by its button', false],
  ])('signs in at a service, at level 2: %s', async (_, inField) => {
    await context.clearCookies();
    await chooseInField(inField);
    const { url, verifier } = portal.authorize();
    let back: string | undefined;
    await desk.route(`${portal.redirectUri}*`, (route) => {
      back = route.request().url();
      return route.fulfill({ body: 'back at the service' });
    });
    await desk.goto(url);
    if (!inField) await desk.click('form[data-passkey] button');
    const approve = desk.locator('button[value=approve]');
    await expect.poll(async () => back !== undefined || (await approve.count()) > 0).toBe(true);
    if (back === undefined) await approve.click();
    await expect.poll(() => back).toBeDefined();
    const { tokens } = await portal.redeem({ url: back } as never, verifier);
    expect(decodeJwt(tokens.id_token)).toMatchObject({
      acr: 'urn:senid:acr:id2-auth2',
      amr: expect.arrayContaining(['hwk', 'user']),
    });
    await desk.unroute(`${portal.redirectUri}*`);
  });

  it('that was removed is refused in words, and another way is open', async () => {
    await context.clearCookies();
    await desk.goto(`${provider.issuer}/account/passkeys`);
    await desk.click('form[data-passkey] button');
    await desk.waitForSelector('a[href$="/removal"]');
    await desk.click('a[href$="/removal"]');
    await desk.click('button[value=remove]');
    await desk.waitForURL('**/account/passkeys');
    expect(await desk.textContent('main')).toContain('Chưa có passkey nào');
    await context.clearCookies();
    await desk.goto(portal.authorize().url);
    await desk.click('form[data-passkey] button');
    await desk.waitForSelector('[role=alert]');
    expect(await desk.textContent('[role=alert]')).toContain('Passkey này không dùng được');
    expect(await desk.locator('#password').count()).toBe(1);
  });
});
