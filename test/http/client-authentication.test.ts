import { createServer, type Server } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineOperator as operator } from '#src/clients/actor.ts';
import { MovingClock } from '#test/support/moving-clock.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';

const clock = new MovingClock();
let provider: TestProvider;
beforeAll(async () => {
  provider = await startProvider({ clock });
});
afterAll(() => provider.stop());

const job = (id: string) => ({ client_id: id, client_name: id, class: 'internal', grant_types: ['client_credentials'] });
const postToken = async (fields: Record<string, string>, headers: Record<string, string> = {}) => {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...fields });
  const answer = await fetch(`${provider.issuer}/token`, { method: 'POST', body, headers });
  return { status: answer.status, error: ((await answer.json()) as { error?: string }).error };
};
const basic = (id: string, secret: string) =>
  postToken({}, { authorization: `Basic ${Buffer.from(`${id}:${encodeURIComponent(secret)}`).toString('base64')}` });
const posted = (id: string, secret: string) => postToken({ client_id: id, client_secret: secret });

describe('several secrets', () => {
  it.each([
    ['client_secret_basic', basic],
    ['client_secret_post', posted],
  ] as const)('both work until the old one ends, by %s', async (method, present) => {
    const { registry } = provider.application;
    const { client_secret: old = '' } = await registry.put({ ...job(method), token_endpoint_auth_method: method });
    const othersUntil = clock.now() + 60_000;
    const { client_secret: fresh } = await registry.addSecret(method, operator, { othersUntil });
    for (const secret of [old, fresh, old, fresh]) expect(await present(method, secret)).toMatchObject({ status: 200 });
    clock.advance(61_000);
    expect(await present(method, old)).toEqual({ status: 401, error: 'invalid_client' });
    expect(await present(method, fresh)).toMatchObject({ status: 200 });
    clock.reset();
  });

  it('an expired secret opens nothing, also when it is the only one', async () => {
    const { registry } = provider.application;
    const { client_secret: secret = '' } = await registry.put(job('lapsed'));
    expect(await basic('lapsed', secret)).toMatchObject({ status: 200 });
    const [kept] = await registry.secrets('lapsed');
    await registry.expireSecret('lapsed', operator, { secretId: kept?.secret_id ?? '', at: clock.now() });
    expect(await basic('lapsed', secret)).toEqual({ status: 401, error: 'invalid_client' });
  });

  it('without any secret nobody gets in, and people still see the page', async () => {
    const { registry } = provider.application;
    const redirect = { grant_types: ['authorization_code', 'client_credentials'], redirect_uris: ['http://localhost:9/bare/cb'] };
    const { client_secret: secret = '' } = await registry.put({ ...job('bare'), ...redirect });
    const [kept] = await registry.secrets('bare');
    await registry.revokeSecret('bare', operator, { secretId: kept?.secret_id ?? '' });
    for (const guess of [secret, 'undefined', 'null', '0'])
      expect(await basic('bare', guess)).toEqual({ status: 401, error: 'invalid_client' });
    const query = new URLSearchParams({ client_id: 'bare', response_type: 'code', scope: 'openid', code_challenge_method: 'S256' });
    query.set('code_challenge', 'x'.repeat(43));
    expect((await fetch(`${provider.issuer}/auth?${query}`, { redirect: 'manual' })).status).toBe(303);
  });

  it('a revoked secret opens nothing', async () => {
    const { registry } = provider.application;
    const { client_secret: leaked = '' } = await registry.put(job('leaky'));
    const [kept] = await registry.secrets('leaky');
    const { client_secret: fresh } = await registry.addSecret('leaky', operator);
    await registry.revokeSecret('leaky', operator, { secretId: kept?.secret_id ?? '' });
    expect(await basic('leaky', leaked)).toEqual({ status: 401, error: 'invalid_client' });
    expect(await basic('leaky', fresh)).toMatchObject({ status: 200 });
  });

  it("does not let the secret of one client open another, nor one client's by a guess of its beginning", async () => {
    const { registry } = provider.application;
    const { client_secret: one = '' } = await registry.put(job('one'));
    const { client_secret: other = '' } = await registry.put(job('other'));
    await registry.addSecret('one', operator);
    for (const guess of [other, one.slice(0, -1), `${one}x`, `${one} `, 'over-', '%', '\u0000'])
      expect((await basic('one', guess)).status).toBeGreaterThanOrEqual(400);
    expect(await basic('one', one)).toMatchObject({ status: 200 });
  });

  it('does not believe the body where Basic credentials are wrong, nor the other way round', async () => {
    const { client_secret: secret = '' } = await provider.application.registry.put(job('twofold'));
    const wrong = { authorization: `Basic ${Buffer.from('twofold:wrong').toString('base64')}` };
    expect((await postToken({ client_id: 'twofold', client_secret: secret }, wrong)).status).toBe(400);
  });
});

interface Pair {
  readonly kid: string;
  readonly key: CryptoKey;
  readonly jwk: JWK;
}
async function pair(kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return { kid, key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'ES256' } };
}
const assertion = ({ kid, key }: Pick<Pair, 'kid' | 'key'>, id: string): Promise<string> =>
  new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(provider.issuer)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(key);
const signed = async (pairOf: Pick<Pair, 'kid' | 'key'>, id: string) =>
  postToken({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await assertion(pairOf, id),
  });
const byKeys = { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256' };

describe('several keys', () => {
  it('registered inline all work, and one that says its end works until then', async () => {
    const [lasting, ending] = [await pair('lasting'), await pair('ending')];
    const exp = Math.floor(clock.now() / 1000) + 30;
    const jwks = { keys: [lasting.jwk, { ...ending.jwk, exp }] };
    await provider.application.registry.put({ ...job('inline'), ...byKeys, jwks });
    expect(await signed(lasting, 'inline')).toMatchObject({ status: 200 });
    expect(await signed(ending, 'inline')).toMatchObject({ status: 200 });
    clock.advance(31_000);
    expect(await signed(ending, 'inline')).toEqual({ status: 401, error: 'invalid_client' });
    expect(await signed(lasting, 'inline')).toMatchObject({ status: 200 });
    clock.reset();
  });
});

describe('keys at an address', () => {
  let server: Server;
  let address: string;
  let asked = 0;
  let published: readonly JWK[] = [];
  let isDown = false;
  beforeAll(async () => {
    server = createServer((_request, response) => {
      asked += 1;
      if (isDown) response.writeHead(500).end();
      else response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: published }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as { port: number }).port}/keys`;
  });
  afterAll(() => server.close());

  it('are followed within five seconds, and an old key dies as fast', async () => {
    const [before, after] = [await pair('before'), await pair('after')];
    published = [before.jwk];
    await provider.application.registry.put({ ...job('rolling'), ...byKeys, jwks_uri: address });
    expect(await signed(before, 'rolling')).toMatchObject({ status: 200 });
    published = [after.jwk];
    clock.advance(5000);
    expect(await signed(after, 'rolling')).toMatchObject({ status: 200 });
    expect(await signed(before, 'rolling')).toEqual({ status: 401, error: 'invalid_client' });
    isDown = true;
    clock.advance(60_000);
    expect(await signed(after, 'rolling')).toMatchObject({ status: 200 });
    clock.advance(9 * 60_000);
    expect(await signed(after, 'rolling')).toEqual({ status: 401, error: 'invalid_client' });
    isDown = false;
    clock.reset();
  });

  it('are not asked for by strangers who merely name the client, nor again by made-up signatures', async () => {
    const mine = await pair('mine');
    published = [mine.jwk];
    await provider.application.registry.put({
      ...job('quiet'),
      ...byKeys,
      grant_types: ['authorization_code', 'client_credentials'],
      redirect_uris: ['http://localhost:9/quiet/cb'],
      jwks_uri: address.replace('/keys', '/quiet-keys'),
    });
    asked = 0;
    const query = new URLSearchParams({ client_id: 'quiet', response_type: 'code', scope: 'openid' });
    for (let n = 0; n < 5; n += 1) await fetch(`${provider.issuer}/auth?${query}`, { redirect: 'manual' });
    expect(asked).toBe(0);
    const stranger = await pair('unknown');
    for (let n = 0; n < 20; n += 1)
      expect(await signed({ ...stranger, kid: `made-up-${n}` }, 'quiet')).toEqual({ status: 401, error: 'invalid_client' });
    expect(asked).toBe(1);
    expect(await signed(mine, 'quiet')).toMatchObject({ status: 200 });
  });
});
