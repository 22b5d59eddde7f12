import Router from '@koa/router';
import type { Context } from 'koa';
import { languageOf } from '../language.ts';
import { sendPage } from '../page-response.ts';
import type { Renderer } from '../render.ts';
import type { StaticFiles } from '../static-files.ts';
import { en } from '../texts/en.ts';
import { vi } from '../texts/vi.ts';

export interface PhoneAppParts {
  readonly issuer: string;
  readonly renderer: Renderer;
  readonly staticFiles: StaticFiles;
}

const texts = { vi, en };
const worker = 'app/service-worker.js';
/** What the app opens with: its modules, the style and the mark. The rest (typeface, QR reader) is kept once it was used. */
const isShell = (name: string): boolean =>
  (/^app\/.*\.js$/.test(name) && name !== worker) || /^lotus/.test(name) || name === 'senid.css';

/** @see Web Application Manifest, 1 */
function sendManifest({ staticFiles }: PhoneAppParts, ctx: Context): void {
  const language = languageOf(ctx);
  const { product, appTitle, tagline } = texts[language];
  const icon = (name: string, sizes: string, purpose: string) => ({
    src: staticFiles.url(`app/icons/${name}.png`),
    sizes,
    type: 'image/png',
    purpose,
  });
  ctx.type = 'application/manifest+json';
  ctx.set('Cache-Control', 'no-cache');
  ctx.set('Vary', 'Accept-Language, Cookie');
  ctx.body = JSON.stringify({
    id: '/app',
    name: appTitle,
    short_name: product,
    description: tagline,
    lang: language,
    dir: 'ltr',
    start_url: '/app',
    scope: '/app',
    display: 'standalone',
    background_color: '#fffdf9',
    theme_color: '#9b1b5a',
    icons: [icon('192', '192x192', 'any'), icon('512', '512x512', 'any'), icon('maskable-512', '512x512', 'maskable')],
  });
}

/** The worker's own text names the version of everything it keeps, so that a new version is a new worker. */
function workerText({ staticFiles }: PhoneAppParts): string {
  const shell = staticFiles.names.filter(isShell).map(staticFiles.url);
  const head = `const version = ${JSON.stringify(staticFiles.version)};\nconst shell = ${JSON.stringify(shell)};\n`;
  return head + staticFiles.text(worker);
}

/** The citizen's app at `/app`, also where a QR's address leads (`/q`): the page, and what makes it installable and lets it open offline. */
export function createPhoneAppRoutes(parts: PhoneAppParts): Router {
  const { issuer, renderer, staticFiles } = parts;
  const router = new Router();
  const modules = staticFiles.names.filter((name) => name.endsWith('.js') && isShell(name));
  for (const path of ['/app', '/q']) router.get(path, (ctx) => sendPage(ctx, renderer, 'app', { issuer, modules }));
  router.get('/app/manifest.webmanifest', (ctx) => sendManifest(parts, ctx));
  const text = workerText(parts);
  router.get('/app/service-worker.js', (ctx) => {
    ctx.type = 'text/javascript; charset=utf-8';
    ctx.set('Cache-Control', 'no-cache');
    ctx.set('Service-Worker-Allowed', '/app');
    ctx.body = text;
  });
  return router;
}
