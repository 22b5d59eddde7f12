import Router from '@koa/router';
import { sendPage } from './page-response.ts';
import type { Renderer } from './render.ts';

/** The front page. */
export function createHomeRoutes({ issuer, renderer }: { readonly issuer: string; readonly renderer: Renderer }): Router {
  const router = new Router();
  router.get('/', (ctx) => sendPage(ctx, renderer, 'home', { issuer }));
  return router;
}
