import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';

let provider: TestProvider;
beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.stop());

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(provider.issuer + path, { headers });

/** How many bytes travel. */
const sizeOf = (path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    let size = 0;
    request(provider.issuer + path, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
      response.on('data', (part: Buffer) => (size += part.length)).once('end', () => resolve(size));
    })
      .once('error', reject)
      .end();
  });

async function shellOf(): Promise<string[]> {
  const text = await (await get('/app/service-worker.js')).text();
  return JSON.parse(/^const shell = (.*);$/m.exec(text)?.[1] ?? 'null');
}

describe('the app as something to install', () => {
  it('has a manifest in the language of its holder, with icons that are there', async () => {
    const [vi, en] = await Promise.all(
      ['vi', 'en'].map((language) => get('/app/manifest.webmanifest', { 'accept-language': language })),
    );
    expect(vi?.headers.get('content-type')).toContain('application/manifest+json');
    const manifest = (await vi?.json()) as { start_url: string; scope: string; icons: { src: string; sizes: string }[] };
    expect(manifest).toMatchObject({
      lang: 'vi',
      name: 'Điện thoại SenID',
      start_url: '/app',
      scope: '/app',
      display: 'standalone',
    });
    expect(await en?.json()).toMatchObject({ lang: 'en', name: 'SenID phone' });
    for (const { src, sizes } of manifest.icons) {
      const png = Buffer.from(await (await get(src)).arrayBuffer());
      expect(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`).toBe(sizes);
    }
  });

  it('has a worker for its own pages alone, whose text changes with every file it keeps', async () => {
    const worker = await get('/app/service-worker.js');
    expect(worker.headers.get('service-worker-allowed')).toBe('/app');
    expect(worker.headers.get('cache-control')).toBe('no-cache');
    const shell = await shellOf();
    expect(shell.every((path) => /^\/assets\/[\w-]{12}\//.test(path))).toBe(true);
    for (const path of shell) expect([path, (await get(path)).status]).toEqual([path, 200]);
  });

  it('loads every module of the first screen at once, and keeps all of them', async () => {
    const html = await (await get('/app')).text();
    const modules = [...html.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(([, path]) => path ?? '');
    const shell = await shellOf();
    expect(modules.length).toBeGreaterThan(15);
    for (const path of modules) {
      expect(shell).toContain(path);
      const text = await (await get(path)).text();
      for (const [, name] of text.matchAll(/from '\.\/([^']+)'/g)) expect(modules).toContain(path.replace(/[^/]+$/, name ?? ''));
    }
  });

  it('is a shell of less than 100 KB on the way', async () => {
    const sizes = await Promise.all(['/app', ...(await shellOf())].map(sizeOf));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000);
  });
});
