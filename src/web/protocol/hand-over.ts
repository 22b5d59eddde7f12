import type { Context, Next } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { languageOf } from '../language.ts';
import { formOrigin } from '../middleware/security-headers.ts';
import { sendPage } from '../page-response.ts';
import type { PageModels } from '../pages.ts';
import type { Renderer } from '../render.ts';

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const plain = (html: string): string => html.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity);

/** The library's self-sending form, taken apart; undefined for any other body. */
function readForm(body: unknown): PageModels['hand-over'] | undefined {
  if (typeof body !== 'string' || !body.includes('<title>Submitting Callback</title>')) return undefined;
  const action = /<form method="post" action="([^"]*)">/.exec(body)?.[1];
  if (action === undefined) throw new TypeError('the form of the library is not as it was');
  const fields = [...body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"\/>/g)];
  return { action: plain(action), fields: fields.map(([, name = '', value = '']) => ({ name: plain(name), value: plain(value) })) };
}

/** The redirect URI that this request, or the interaction it resumes, has proven to be registered. */
function provenRedirectUri({ oidc }: KoaContextWithOIDC): unknown {
  const resumed = (oidc.entities.Interaction as { params?: Readonly<Record<string, unknown>> } | undefined)?.params?.[
    'redirect_uri'
  ];
  const redirectUri = oidc.params?.['redirect_uri'];
  if (typeof redirectUri !== 'string') return resumed;
  return oidc.redirectUriCheckPerformed || oidc.client?.redirectUriAllowed(redirectUri) === true ? redirectUri : undefined;
}

/**
 * Shows the forms by which the protocol goes on (an answer by `form_post`, signing out who was signed in before) as a page of ours: in the
 * person's language, without inline script, with a button. The policy names the form's own address and where its redirects may end.
 */
export function handOver(renderer: Renderer) {
  async function restyle(ctx: Context): Promise<void> {
    const form = readForm(ctx.body);
    if (form === undefined) return;
    const { oidc } = ctx as unknown as KoaContextWithOIDC;
    const locales = oidc.params?.['ui_locales'];
    const origins = [...formOrigin(form.action), ...formOrigin(provenRedirectUri(ctx as unknown as KoaContextWithOIDC))];
    sendPage(ctx, renderer, 'hand-over', form, {
      status: ctx.status,
      language: languageOf(ctx, typeof locales === 'string' ? locales : undefined),
      formOrigins: [...new Set(origins)],
    });
  }
  return (ctx: Context, next: Next): Promise<void> =>
    ctx.path.startsWith('/auth') || ctx.path === '/session/end' ? next().then(() => restyle(ctx)) : next();
}
