// Bare oidc-provider on a Map, with one login form and nothing else: the ceiling for anything built on that library.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { hash, verify } from '@node-rs/argon2';
import { type Adapter, type AdapterPayload, Provider } from 'oidc-provider';

const port = Number(process.env['BENCH_PORT']);
const issuer = `http://localhost:${port}`;
const argon2 = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

const kept = new Map<string, { payload: AdapterPayload; until: number }>();
const adapter = (model: string): Adapter => {
  const key = (id: string): string => `${model}:${id}`;
  return {
    async upsert(id, payload, expiresIn = 3600) {
      kept.set(key(id), { payload, until: Date.now() + expiresIn * 1000 });
    },
    async find(id) {
      const found = kept.get(key(id));
      return found !== undefined && found.until > Date.now() ? found.payload : undefined;
    },
    async consume(id) {
      const found = kept.get(key(id));
      if (found !== undefined) found.payload.consumed = Math.floor(Date.now() / 1000);
    },
    async destroy(id) {
      kept.delete(key(id));
    },
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    async revokeByGrantId() {},
  };
};
setInterval(() => {
  for (const [key, { until }] of kept) if (until <= Date.now()) kept.delete(key);
}, 60_000).unref();

const jwk = (key: ReturnType<typeof generateKeyPairSync>['privateKey'], alg: string) => ({
  ...(key as unknown as { export(options: object): object }).export({ format: 'jwk' }),
  alg,
  use: 'sig',
  kid: alg,
});
const client = (id: string, grants: string[]) => ({
  client_id: id,
  client_secret: 'bench-secret',
  redirect_uris: ['http://localhost:9/cb'],
  response_types: ['code' as const],
  grant_types: grants,
  id_token_signed_response_alg: 'ES256' as const,
});

const provider = new Provider(issuer, {
  adapter,
  jwks: {
    keys: [
      jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ES256'),
      jwk(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, 'RS256'),
    ] as never,
  },
  clients: [
    client('bench', ['authorization_code', 'client_credentials']),
    client('bench-rt', ['authorization_code', 'refresh_token']),
  ],
  cookies: { keys: [randomBytes(32).toString('base64url')] },
  claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], profile: ['name'], email: ['email'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    resourceIndicators: { enabled: false },
  },
  ttl: {
    AccessToken: 3600,
    AuthorizationCode: 60,
    ClientCredentials: 600,
    Grant: 86_400,
    IdToken: 3600,
    Interaction: 1800,
    RefreshToken: 86_400,
    Session: 43_200,
  },
  expiresWithSession: async () => false,
  findAccount: async (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Trần Minh', email: `${id}@example.org` }) }),
  async loadExistingGrant(ctx) {
    const { client: who, session } = ctx.oidc;
    const known = who && session?.grantIdFor(who.clientId);
    if (known) return ctx.oidc.provider.Grant.find(known);
    const grant = new ctx.oidc.provider.Grant({ clientId: who?.clientId ?? '', accountId: session?.accountId ?? '' });
    grant.addOIDCScope('openid profile email offline_access');
    await grant.save();
    return grant;
  },
  issueRefreshToken: async (_ctx, who) => who.grantTypeAllowed('refresh_token'),
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
});

const passwordHash = await hash('correct horse', argon2);

async function interaction(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    response.setHeader('content-type', 'text/html');
    response.end(
      `<form method="post" action="/interaction/${uid}"><input name="id_number"><input type="password" name="password"><button name="action" value="continue">in</button></form>`,
    );
    return;
  }
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const fields = new URLSearchParams(body);
  if (!(await verify(passwordHash, fields.get('password') ?? ''))) response.writeHead(401).end();
  else
    await provider.interactionFinished(
      request,
      response,
      { login: { accountId: fields.get('id_number') ?? '', amr: ['pwd'] } },
      { mergeWithLastSubmission: false },
    );
}

const answer = provider.callback();
createServer((request, response) => {
  if (request.url?.startsWith('/interaction/'))
    interaction(request, response).catch((fault: unknown) => response.writeHead(500).end(String(fault)));
  else void answer(request, response);
}).listen(port, 'localhost', () => process.stdout.write('ready\n'));
process.on('SIGTERM', () => process.exit(0));
