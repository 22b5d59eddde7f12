import { createServer, type Server } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canBrowse, launchBrowser } from '#test/support/browser.ts';
import { freePort, startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const person = (n: number) => ({
  id_number: `00019000000${n}`,
  name: { family: 'Trần', given: 'Minh' },
  birthdate: '1985',
  gender: 'male',
  email: `p${n}@example.org`,
  identity_level: 1,
  password: 'sen hong 2026',
});

let provider: TestProvider;
let browser: Browser;
let rp: Service;
let service: Server;
let received: { method: string; body: string }[] = [];
let address: string;

describe.skipIf(!canBrowse())('answers of the provider in a real browser', () => {
  beforeAll(async () => {
    provider = await startProvider();
    for (const n of [1, 2]) await provider.addPerson(person(n));
    const port = await freePort();
    address = `http://localhost:${port}/cb`;
    service = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        if (request.url?.startsWith('/cb'))
          received.push({
            method: request.method ?? '',
            body: request.method === 'POST' ? body : (request.url.split('?')[1] ?? ''),
          });
        response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p id="back">back at the service</p>');
      });
    }).listen(port, 'localhost');
    rp = await Service.register(provider, 'rp', { redirect_uris: [address] });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    service?.close();
    await provider?.stop();
  });

  const url = (params: Record<string, string>): string => rp.authorize({ redirect_uri: address, ...params }).url;

  it('form_post posts itself to the service in spite of the content security policy, errors too', async () => {
    const page = await (await browser.newContext()).newPage();
    const refused: string[] = [];
    page.on('console', (message) => message.text().includes('Content Security Policy') && refused.push(message.text()));
    received = [];
    await page.goto(url({ response_mode: 'form_post', prompt: 'none' }));
    await page.waitForSelector('#back');
    expect(new URLSearchParams(received[0]?.body).get('error')).toBe('login_required');
    await page.goto(url({ response_mode: 'form_post' }));
    await page.fill('#id_number', person(1).id_number);
    await page.fill('#password', person(1).password);
    await page.click('button[value=continue]');
    await page.click('button[value=approve]');
    await page.waitForSelector('#back');
    const answer = new URLSearchParams(received.at(-1)?.body);
    expect(received.at(-1)?.method).toBe('POST');
    expect([answer.has('code'), answer.get('iss')]).toEqual([true, provider.issuer]);
    expect(refused).toEqual([]);
  });

  it('another person may sign in over the one who is: the first is signed out, the second comes back with a code', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const signIn = async (n: number, params: Record<string, string>): Promise<string | null> => {
      await page.goto(url(params));
      await page.fill('#id_number', person(n).id_number);
      await page.fill('#password', person(n).password);
      await page.click('button[value=continue]');
      await page.waitForSelector('#back, button[value=approve]');
      if ((await page.locator('#back').count()) === 0) await page.click('button[value=approve]');
      await page.waitForSelector('#back');
      return new URLSearchParams(received.at(-1)?.body).get('code');
    };
    expect(await signIn(1, {})).not.toBeNull();
    expect(await signIn(2, { prompt: 'login' })).not.toBeNull();
    await page.goto(url({ prompt: 'none' }));
    await page.waitForSelector('#back');
    expect(new URLSearchParams(received.at(-1)?.body).has('code')).toBe(true);
  });
});
