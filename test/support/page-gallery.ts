import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import type { Language } from '#src/kernel/identifier.ts';
import { securityHeaders } from '#src/web/middleware/security-headers.ts';
import { sendPage } from '#src/web/page-response.ts';
import { createPhoneAppRoutes } from '#src/web/phone-app/routes.ts';
import { qrSvg } from '#src/web/qr-image.ts';
import { createRenderer } from '#src/web/render.ts';
import { createStaticFiles } from '#src/web/static-files.ts';
import { pageSamples } from './page-samples.ts';

export interface PageGallery {
  /** The address of one state of a page. */
  url(name: string, language: Language): string;
  stop(): void;
}

/** Every state of every page on a loopback port, with the real renderer, assets and security headers. */
export async function startPageGallery(): Promise<PageGallery> {
  const staticFiles = createStaticFiles();
  const renderer = createRenderer(staticFiles.url);
  const koa = new Koa();
  koa.use(securityHeaders('http://localhost'));
  // a form that sends itself would leave before anybody has looked at it
  koa.use((ctx, next) => (ctx.path.endsWith('/send-form.js') ? Object.assign(ctx, { type: 'js', body: '' }) : next()));
  koa.use(staticFiles.middleware);
  koa.use(createPhoneAppRoutes({ issuer: 'http://localhost', renderer, staticFiles }).routes() as never);
  koa.use((ctx) => {
    if (ctx.path === '/sample/qr.svg') {
      ctx.type = 'svg';
      ctx.body = qrSvg('https://id.example/q#sample.0.sample');
      return;
    }
    const [, name, language] = /^\/pages\/([a-z-]+)\/(vi|en)$/.exec(ctx.path) ?? [];
    const sample = pageSamples(language === 'en' ? 'en' : 'vi').find((each) => each.name === name);
    // 204 ends an event stream for good
    if (sample === undefined) ctx.status = 204;
    else {
      ctx.state['reference'] = 'SAMPLE2345';
      sendPage(ctx, renderer, sample.page, sample.model, { language: language === 'en' ? 'en' : 'vi' });
    }
  });
  const server = koa.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (name, language) => `http://localhost:${port}/pages/${name}/${language}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
