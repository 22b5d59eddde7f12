import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';
import type { Context, Middleware, Next } from 'koa';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
};

const publicFolder = fileURLToPath(new URL('../../views/public', import.meta.url));
const require = createRequire(import.meta.url);

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );
}

/** Everything a page may load, by its name: our own files, the two weights of the typeface, and the QR reader and writer. */
function loadAssets(): Map<string, Buffer> {
  const assets = new Map(filesBelow(publicFolder).map((file) => [relative(publicFolder, file), readFileSync(file)]));
  const qr = dirname(require.resolve('qr'));
  for (const file of ['index.js', 'decode.js']) assets.set(`qr/${file}`, readFileSync(join(qr, file)));
  const fonts = join(dirname(require.resolve('@fontsource/be-vietnam-pro/package.json')), 'files');
  for (const subset of ['vietnamese', 'latin', 'latin-ext']) {
    for (const weight of [400, 600])
      assets.set(`fonts/${subset}-${weight}.woff2`, readFileSync(join(fonts, `be-vietnam-pro-${subset}-${weight}-normal.woff2`)));
  }
  return assets;
}

const compressible: ReadonlySet<string> = new Set(['.css', '.js', '.svg']);

export interface StaticFiles {
  readonly middleware: Middleware;
  readonly names: readonly string[];
  /** Changes with the content of any file. */
  readonly version: string;
  readonly text: (name: string) => string;
  /** `/assets/<content hash>/<name>`. @throws for a name that does not exist */
  readonly url: (name: string) => string;
}

/** Serves the assets under an address that changes with their content, so that browsers keep them for good. */
export function createStaticFiles(): StaticFiles {
  const assets = loadAssets();
  const hash = createHash('sha256');
  for (const [name, content] of [...assets].sort(([one], [other]) => (one < other ? -1 : 1))) hash.update(name).update(content);
  const version = hash.digest('base64url').slice(0, 12);
  const prefix = `/assets/${version}/`;

  const compressed = new Map<string, Buffer>();
  /** Text travels compressed; once a process, since it never changes. */
  function compressedFor(ctx: Context, name: string, asset: Buffer): Buffer {
    if (!compressible.has(extname(name))) return asset;
    ctx.vary('Accept-Encoding');
    if (ctx.acceptsEncodings('gzip', 'identity') !== 'gzip') return asset;
    ctx.set('Content-Encoding', 'gzip');
    const known = compressed.get(name) ?? gzipSync(asset, { level: constants.Z_BEST_COMPRESSION });
    compressed.set(name, known);
    return known;
  }

  async function serveAsset(ctx: Context, next: Next): Promise<void> {
    // only exact names are known, so no path leads outside
    const name = ctx.path.split('/').slice(3).join('/');
    const asset = assets.get(name);
    if (asset === undefined || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
    ctx.type = types[extname(ctx.path)] ?? 'application/octet-stream';
    ctx.set('Cache-Control', ctx.path.startsWith(prefix) ? 'public, max-age=31536000, immutable' : 'no-cache');
    ctx.etag = version;
    ctx.status = 200;
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = compressedFor(ctx, name, asset);
  }

  return {
    names: [...assets.keys()],
    version,
    text: (name) => String(assets.get(name)),
    middleware: (ctx, next) => (ctx.path.startsWith('/assets/') ? serveAsset(ctx, next) : next()),
    url(name) {
      if (!assets.has(name)) throw new TypeError(`no asset ${name}`);
      return prefix + name;
    },
  };
}
