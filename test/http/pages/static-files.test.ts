import { readFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { posix } from 'node:path';
import Koa from 'koa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStaticFiles } from '#src/web/static-files.ts';

const files = createStaticFiles();
let server: Server;
let origin: string;

beforeAll(async () => {
  const koa = new Koa();
  koa.use(files.middleware);
  server = koa.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

const get = (path: string, init?: RequestInit): Promise<Response> => fetch(origin + path, init);

/** A request that is sent as it stands: dots in the path, and no header of fetch's own. */
const rawStatus = (path: string, headers: Record<string, string> = {}): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    request({ port, host: '127.0.0.1', path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });

describe('static files', () => {
  it.each([
    ['senid.css', 'text/css; charset=utf-8'],
    ['sign-in-page.js', 'text/javascript; charset=utf-8'],
    ['app/phone-app.js', 'text/javascript; charset=utf-8'],
    ['qr/index.js', 'text/javascript; charset=utf-8'],
    ['lotus.svg', 'image/svg+xml'],
    ['fonts/vietnamese-600.woff2', 'font/woff2'],
  ])('%s is served as %s, for good, under an address that changes with the content', async (name, type) => {
    const answer = await get(files.url(name));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(type);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(100);
  });

  it('under an older address the file of today is answered, but not kept', async () => {
    const answer = await get('/assets/000000000000/senid.css');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-cache');
  });

  it('a browser that has it already is told so in no bytes', async () => {
    const etag = (await get(files.url('senid.css'))).headers.get('etag') ?? '';
    expect(await rawStatus(files.url('senid.css'), { 'if-none-match': etag })).toBe(304);
    expect(await rawStatus(files.url('senid.css'), { 'if-none-match': '"another"' })).toBe(200);
  });

  it('HEAD is answered, POST is not', async () => {
    expect((await get(files.url('senid.css'), { method: 'HEAD' })).status).toBe(200);
    expect((await get(files.url('senid.css'), { method: 'POST' })).status).toBe(404);
  });

  it.each([
    '/../package.json',
    '/..%2f..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/package.json',
    '/fonts/../../../../package.json',
    '/..\\..\\package.json',
    '//etc/passwd',
    '/qr/package.json',
    '/__proto__',
    '/constructor',
    '/',
  ])('does not let a path lead out of the folder: %s', async (path) => {
    expect(await rawStatus(files.url('senid.css').replace('/senid.css', path))).toBe(404);
  });

  it('an asset that is not there is found out when a page is made, not by the browser', () => {
    expect(() => files.url('nothing.css')).toThrow(TypeError);
  });

  it('every file that the stylesheet and the scripts load is there', () => {
    const loaded = (name: string): string[] => {
      const text = readFileSync(new URL(`../../../views/public/${name}`, import.meta.url), 'utf8');
      const named = [...text.matchAll(/(?:from |import\(|url\()["']([^"']+)["']/g)].map(([, path]) => path ?? '');
      return named.map((path) => posix.join(posix.dirname(name), path));
    };
    const names = [
      'senid.css',
      'sign-in-page.js',
      'app/phone-app.js',
      'app/camera.js',
      'app/device-client.js',
      'app/approval-view.js',
    ];
    const all = names.flatMap(loaded);
    expect(all.length).toBeGreaterThan(15);
    for (const name of all) expect(files.url(name)).toContain(name);
  });
});
