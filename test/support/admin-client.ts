import { Ajv2020 } from 'ajv/dist/2020.js';
import type { TestProvider } from './running-provider.ts';

export interface AdminAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, never> & { readonly [member: string]: unknown };
}

interface Described {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Described200>> }>>>
  >;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}
interface Described200 {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

/** Every answer that a call was given, held against the OpenAPI document that the server itself gives out. */
export async function openAdminDocument(provider: TestProvider) {
  const document = (await (await fetch(`${provider.issuer}/admin/v1/openapi.json`)).json()) as Described;
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ } });
  const seen = new Set<string>();

  /** @throws when the document says anything else of this answer */
  function check(method: string, path: string, status: number, type: string | null, body: unknown): void {
    const segments = path.split('?')[0]?.split('/') ?? [];
    const described = Object.keys(document.paths).find((each) => {
      const parts = each.split('/');
      return parts.length === segments.length && parts.every((part, at) => part.startsWith('{') || part === segments[at]);
    });
    const responses = document.paths[described ?? '']?.[method.toLowerCase()]?.responses;
    if (responses === undefined || described === undefined) throw new Error(`${method} ${path} is not described`);
    const response = responses[status] ?? (status >= 400 ? responses['default'] : undefined);
    if (response === undefined) throw new Error(`${method} ${path} answered ${status}, which is not described`);
    if (responses[status] !== undefined) seen.add(`${method.toLowerCase()} ${described}`);
    const [expectedType, content] = Object.entries(response.content ?? {})[0] ?? [];
    if (expectedType === undefined) {
      if (body !== undefined) throw new Error(`${method} ${path} has a body that is not described`);
      return;
    }
    if (type?.split(';')[0] !== expectedType) throw new Error(`${method} ${path}: ${type} instead of ${expectedType}`);
    const validate = ajv.compile({ ...content?.schema, components: document.components });
    if (!validate(body)) throw new Error(`${method} ${path}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`);
  }

  return { document, check, seen };
}

export type AdminDocument = Awaited<ReturnType<typeof openAdminDocument>>;

/** An internal service that calls the admin API with the scopes it was given. */
export async function adminClient(provider: TestProvider, described: AdminDocument, id: string, scopes: readonly string[]) {
  const { client_secret: secret = '' } = await provider.application.registry.put({
    client_id: id,
    client_name: id,
    class: 'internal',
    grant_types: ['client_credentials'],
    allowed_scopes: scopes,
  });
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' ') });
  const answer = await fetch(`${provider.issuer}/token`, { method: 'POST', body, headers: { authorization } });
  const { access_token: token } = (await answer.json()) as { access_token: string };

  async function call(method: string, path: string, json?: unknown, headers: Record<string, string> = {}): Promise<AdminAnswer> {
    const response = await fetch(`${provider.issuer}/admin/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    const parsed = text === '' ? undefined : JSON.parse(text);
    described.check(method, path, response.status, response.headers.get('content-type'), parsed);
    return { status: response.status, headers: response.headers, body: parsed };
  }
  return { call, token, secret };
}
