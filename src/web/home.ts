import Router from '@koa/router';
import { sendPage } from './page-response.ts';
import type { Renderer } from './render.ts';

/** The front page, and the phone at `/app` (also where a QR's address leads). */
export function createHomeRoutes({ issuer, renderer }: { readonly issuer: string; readonly renderer: Renderer }): Router {
  const router = new Router();
  router.get('/', (ctx) => sendPage(ctx, renderer, 'home', { issuer }));
  for (const path of ['/app', '/q']) router.get(path, (ctx) => sendPage(ctx, renderer, 'app', { issuer }));
  return router;
}
