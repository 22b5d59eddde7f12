import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crookedAddresses } from '#test/support/crooked-addresses.ts';
import { FapiService } from '#test/support/fapi-service.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

let provider: TestProvider;
let shop: Service;
let app: Service;
let idToken: string;
const callback = 'https://shop.example/cb/in';
const bye = 'https://shop.example/bye';
const appCallback = 'com.example.shop:/in';
const loopback = 'http://127.0.0.1/in';
beforeAll(async () => {
  provider = await startProvider();
  await provider.addPerson(lan);
  shop = await Service.register(provider, 'shop', {
    redirect_uris: [callback, 'http://localhost:9/shop/callback'],
    post_logout_redirect_uris: [bye],
    sector: 'shop.example',
  });
  app = await Service.register(provider, 'app', {
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: [appCallback, loopback],
    post_logout_redirect_uris: [],
    sector: 'app.example',
  });
  idToken = (await shop.signIn(new FormBrowser(), lan)).tokens.id_token;
});
afterAll(() => provider.stop());

const asBrowser = { redirect: 'manual', headers: { accept: 'text/html' } } as const;

/** Where a page's links and forms lead. */
const hostsOf = (html: string): string[] =>
  [...html.matchAll(/(?:href|action|src)="([^"]*)"/g)].map(([, link = '']) => new URL(link, `${provider.issuer}/auth`).host);

/** What went wrong with the first of these addresses that got more than a page which says no. */
async function faultsOf(addresses: readonly string[], urlOf: (address: string) => string): Promise<string[]> {
  const faults: string[] = [];
  for (let at = 0; at < addresses.length; at += 25) {
    const answers = addresses.slice(at, at + 25).map(async (address) => {
      const response = await fetch(urlOf(address), asBrowser);
      const html = await response.text();
      const isPage = response.status === 400 && response.headers.get('location') === null && html.includes('data-reference');
      const leads = hostsOf(html).some((host) => host !== new URL(provider.issuer).host);
      if (!isPage || leads || response.headers.get('refresh') !== null)
        faults.push(`${JSON.stringify(address)}: ${response.status} ${response.headers.get('location')}`);
    });
    await Promise.all(answers);
  }
  return faults;
}

describe('redirect tricks: 500 ways to write another address than the registered one', () => {
  it('has as many as it says', () => {
    expect(crookedAddresses(callback).length).toBeGreaterThan(500);
  });

  it('redirect_uri at the authorization endpoint', async () => {
    expect(await faultsOf(crookedAddresses(callback), (redirect_uri) => shop.authorize({ redirect_uri }).url)).toEqual([]);
  });

  it('redirect_uri with a request that is refused for another reason first', async () => {
    const urlOf = (redirect_uri: string) =>
      shop.authorize({ redirect_uri, scope: 'openid nonsense', response_type: 'token', prompt: 'none' }).url;
    expect(
      await faultsOf(
        crookedAddresses(callback).filter((_, at) => at % 5 === 0),
        urlOf,
      ),
    ).toEqual([]);
  });

  it('post_logout_redirect_uri at sign-out, with an ID token and with the client alone', async () => {
    const addresses = crookedAddresses(bye);
    const end = (fields: Record<string, string>) => `${provider.issuer}/session/end?${new URLSearchParams(fields)}`;
    expect(await faultsOf(addresses, (uri) => end({ id_token_hint: idToken, post_logout_redirect_uri: uri }))).toEqual([]);
    const some = addresses.filter((_, at) => at % 5 === 0);
    expect(await faultsOf(some, (uri) => end({ client_id: 'shop', post_logout_redirect_uri: uri }))).toEqual([]);
  });

  it('redirect_uri of a native app, whose loopback port alone is its own choice', async () => {
    const addresses = [...crookedAddresses(appCallback), ...crookedAddresses(loopback)].filter(
      (address) => !/^http:\/\/127\.0\.0\.1(:\d*)?\/in$/.test(address),
    );
    expect(await faultsOf(addresses, (redirect_uri) => app.authorize({ redirect_uri }).url)).toEqual([]);
    const page = await fetch(app.authorize({ redirect_uri: 'http://127.0.0.1:5123/in' }).url, asBrowser);
    expect(page.headers.get('location')).toMatch(/^\S*\/interaction\//);
  });

  it('redirect_uri in a pushed request, which then has no address', async () => {
    const bank = await FapiService.register(provider, 'bank');
    const taken: string[] = [];
    for (const redirect_uri of crookedAddresses(bank.redirectUri).filter((_, at) => at % 20 === 0)) {
      const { status, body } = await bank.call('/request', bank.request({ redirect_uri }).fields, {});
      if (status !== 400 || body['request_uri'] !== undefined) taken.push(redirect_uri);
    }
    expect(taken).toEqual([]);
  });

  it.each([
    ['redirect_uri twice, the right one first', `redirect_uri=${encodeURIComponent(callback)}&redirect_uri=https://evil.example/`],
    ['redirect_uri twice, the right one last', `redirect_uri=https://evil.example/&redirect_uri=${encodeURIComponent(callback)}`],
    ['redirect_uri as a list', `redirect_uri[]=https://evil.example/&redirect_uri[]=${encodeURIComponent(callback)}`],
    ['client_id twice', `client_id=app&redirect_uri=${encodeURIComponent(callback)}`],
    ['no redirect_uri where two are registered', ''],
  ])('%s', async (_, query) => {
    const { url } = shop.authorize({ redirect_uri: undefined });
    expect(await faultsOf([query], (more) => `${url}&${more}`)).toEqual([]);
  });

  it('a code is not redeemed with another address than it was asked for with', async () => {
    const browser = new FormBrowser();
    const { url, verifier } = shop.authorize({ redirect_uri: callback });
    let page = await browser.open(url, {}, callback);
    page = await browser.press(page, 'continue', { id_number: lan.id_number, password: lan.password }, callback);
    if (page.html.includes('value="approve"')) page = await browser.press(page, 'approve', {}, callback);
    const code = new URL(page.url).searchParams.get('code') ?? '';
    const redeem = (redirect_uri: string) =>
      shop.post('/token', { grant_type: 'authorization_code', code, redirect_uri, code_verifier: verifier });
    for (const other of [`${callback}/`, 'http://localhost:9/shop/callback', 'https://evil.example/', callback.toUpperCase(), ''])
      expect((await redeem(other)).status).toBe(400);
    expect((await redeem(callback)).status).toBe(200);
  });
});

describe('addresses that nobody may register, because programs read them in two ways', () => {
  it.each([
    'https://user@shop.example/cb',
    'https://shop.example\\@evil.example/cb',
    ' https://shop.example/cb',
    'https://shop.example/\tcb',
    'https://*.example/cb',
    'https://shop.example;script-src.example/cb',
    'https://shop.example,evil.example/cb',
    "https://shop'example/cb",
    'https://shop.example/cb#x',
    'https://cửahàng.example/cb',
    'javascript:alert(1)',
    'data:text/html,x',
    'intent://shop.example/cb',
    'view-source:https://shop.example/cb',
    'shop:/cb',
  ])('%s', async (address) => {
    for (const application_type of ['web', 'native'])
      for (const member of ['redirect_uris', 'post_logout_redirect_uris']) {
        const more = { application_type, token_endpoint_auth_method: 'none', sector: 'shop.example', [member]: [address] };
        await expect(Service.register(provider, 'crooked', more)).rejects.toMatchObject({
          code: 'client_metadata_invalid',
          detail: expect.stringContaining(member),
        });
      }
  });
});

/** As it stands on the line: a client library would tidy it up. */
const asWritten = (path: string) =>
  new Promise<{ status: number | undefined; location: string | undefined; html: string }>((resolve) => {
    const { hostname, port } = new URL(provider.issuer);
    get({ hostname, port, path, headers: { accept: 'text/html' } }, (response) => {
      let html = '';
      response.on('data', (part: Buffer) => (html += part.toString()));
      response.on('end', () => resolve({ status: response.statusCode, location: response.headers.location, html }));
    });
  });

describe('paths that begin like another host', () => {
  it.each([
    '//evil.example/',
    '//evil.example/%2e%2e',
    '/\\evil.example/',
    '///evil.example',
    '//evil.example//auth',
    'http://evil.example/x',
  ])('no link of the page for %s leads there', async (path) => {
    const { status, location, html } = await asWritten(path);
    expect([status, location]).toEqual([404, undefined]);
    const hosts = hostsOf(html);
    expect(hosts.length).toBeGreaterThan(2);
    expect(new Set(hosts)).toEqual(new Set([new URL(provider.issuer).host]));
  });
});
