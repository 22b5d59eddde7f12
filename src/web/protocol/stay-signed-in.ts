import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import type { ClientDirectory } from '#src/clients/ports.ts';
import { languageOf } from '../language.ts';
import { sendPage } from '../page-response.ts';
import type { Renderer } from '../render.ts';
import { formFields } from '../sign-in/form-fields.ts';

export const stayPath = '/session/end/stay';

/**
 * "Stay signed in" on the sign-out page. Nothing changes, so it is not the library's: that would take the answer for a sign-out of this
 * service alone and send the browser to the address that means "signed out" (RP-Initiated Logout 1.0, 2).
 */
export function createStaySignedIn({
  clients,
  renderer,
}: {
  readonly clients: ClientDirectory;
  readonly renderer: Renderer;
}): Router {
  const router = new Router();
  const form = bodyParser({ enableTypes: ['form'], formLimit: '4kb', encoding: 'utf-8' });
  router.post(stayPath, form, async (ctx) => {
    const language = languageOf(ctx);
    const found = await clients.find(formFields(ctx).text('client_id'));
    const service = found && { name: found.client.name[language], domain: found.client.domain };
    const { client_uri: backUrl } = (found?.client.metadata ?? {}) as { client_uri?: string };
    sendPage(ctx, renderer, 'still-signed-in', { service, backUrl }, { language, serviceName: service?.name });
  });
  return router;
}
