import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Logger } from 'pino';
import type { ClientDirectory } from '#src/clients/ports.ts';
import type { ErrorCode } from '#src/errors/catalogue.ts';
import type { Language } from '#src/kernel/identifier.ts';
import type { ProtocolPages } from '#src/oidc/protocol-pages.ts';
import { languageOf } from '../language.ts';
import { sendRefusal } from '../middleware/errors.ts';
import { formOrigin } from '../middleware/security-headers.ts';
import { sendPage } from '../page-response.ts';
import type { ServiceView } from '../pages.ts';
import type { Renderer } from '../render.ts';
import { stayPath } from './stay-signed-in.ts';

/** What a person reads when an OAuth error can't go back to the service. */
const pageOfOAuthError: Readonly<Record<string, ErrorCode>> = {
  invalid_client: 'service_unknown',
  invalid_redirect_uri: 'return_address_unknown',
  session_not_found: 'interaction_expired',
  server_error: 'unexpected',
  temporarily_unavailable: 'store_unavailable',
};

/** The same at sign-out, where nobody asked to sign in. */
const isSignOut = ({ path }: { readonly path: string }): boolean => path.startsWith('/session/end');

/** The protocol's own pages in our design. */
export function createProtocolPages({
  renderer,
  clients,
  logger,
}: {
  readonly renderer: Renderer;
  readonly clients: ClientDirectory;
  readonly logger: Logger;
}): ProtocolPages {
  async function serviceOf(clientId: string | undefined, language: Language): Promise<ServiceView | undefined> {
    const found = clientId === undefined ? undefined : await clients.find(clientId);
    return found && { name: found.client.name[language], domain: found.client.domain };
  }
  const locales = (ctx: KoaContextWithOIDC): string | undefined => ctx.oidc.params?.['ui_locales'] as string | undefined;

  return {
    error(ctx, { code, status }) {
      const faulty = isSignOut(ctx) ? 'sign_out_request_invalid' : 'authorization_request_invalid';
      const known =
        (ctx.oidc?.route === 'resume' && status < 500 ? 'interaction_expired' : pageOfOAuthError[code]) ??
        (status >= 500 ? 'unexpected' : faulty);
      logger.info({ reference: ctx.state['reference'], oauth: code }, 'request refused');
      sendRefusal(ctx, renderer, { code: known });
    },
    async signOut(ctx, { action, xsrf, clientId, returnsTo }) {
      const language = languageOf(ctx, locales(ctx));
      const service = await serviceOf(clientId, language);
      sendPage(
        ctx,
        renderer,
        'sign-out',
        { service, form: { action, xsrf }, stay: { action: stayPath, clientId } },
        { language, serviceName: service?.name, formOrigins: formOrigin(returnsTo) },
      );
    },
    async signedOut(ctx, clientId) {
      const language = languageOf(ctx, locales(ctx));
      const service = await serviceOf(clientId, language);
      sendPage(ctx, renderer, 'signed-out', { service }, { language, serviceName: service?.name });
    },
  };
}
