import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminDocument, adminClient, openAdminDocument } from '#test/support/admin-client.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const lan = {
  id_number: '000190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000001',
  identity_level: 2,
  password: 'sen hong 2026',
};
const shop = (id: string) => ({
  client_id: id,
  client_name: 'Cửa hàng',
  class: 'private',
  redirect_uris: [`https://${id}.example/cb`],
  allowed_claims: ['name', 'email'],
});

let provider: TestProvider;
let described: AdminDocument;
type Client = Awaited<ReturnType<typeof adminClient>>;
let manager: Client;
let reviewer: Client;
let reader: Client;
let operator: Client;
beforeAll(async () => {
  provider = await startProvider();
  described = await openAdminDocument(provider);
  manager = await adminClient(provider, described, 'console', ['services.manage']);
  reviewer = await adminClient(provider, described, 'review-desk', ['services.review']);
  reader = await adminClient(provider, described, 'directory', ['services.read']);
  operator = await adminClient(provider, described, 'operations', ['services.operate']);
});
afterAll(() => provider.stop());

const etagOf = async (id: string, version = 'working') =>
  (await reader.call('GET', `/services/${id}?version=${version}`)).headers.get('etag') ?? '';
const submit = (id: string) => manager.call('POST', `/services/${id}/submission`);
const approve = async (id: string, version = 'working') =>
  reviewer.call('POST', `/services/${id}/approval`, {}, { 'If-Match': await etagOf(id, version) });

describe('a service over the admin API', () => {
  it('is drafted, reviewed, tried, opened, changed, stopped and started again; who did what is in its history', async () => {
    const lanActs = { 'Senid-Acting-For': 'lan' };
    const created = await manager.call('POST', '/services', shop('path'), lanActs);
    expect(created).toMatchObject({ status: 201, body: { client_id: 'path', state: 'draft' } });
    expect(created.headers.get('location')).toBe(`${provider.issuer}/admin/v1/services/path`);
    expect((await manager.call('DELETE', '/services/path/waiting')).status).toBe(204);
    expect((await reader.call('GET', '/services/path')).status).toBe(404);
    await manager.call('POST', '/services', shop('path'));
    expect(await submit('path')).toMatchObject({ status: 200, body: { state: 'review' } });
    expect(await reviewer.call('POST', '/services/path/refusal', { reason: 'Thiếu logo' })).toMatchObject({
      body: { state: 'draft' },
    });
    await submit('path');
    expect(await manager.call('DELETE', '/services/path/submission')).toMatchObject({ body: { state: 'draft' } });
    await submit('path');
    expect(await approve('path')).toMatchObject({ status: 200, body: { state: 'sandbox' } });
    expect(await manager.call('POST', '/services/path/testers', { id_number: '001190000001', label: 'Mai' })).toMatchObject({
      status: 201,
    });
    const { body } = await manager.call('GET', '/services/path/testers');
    const [tester] = body['testers'] as unknown as { tester_id: string }[];
    expect(await manager.call('DELETE', `/services/path/testers/${tester?.tester_id}`)).toMatchObject({ status: 200 });
    await submit('path');
    expect(await approve('path')).toMatchObject({ body: { state: 'production' } });
    const changed = { ...shop('path'), client_name: 'Tên mới' };
    expect(
      await manager.call('PUT', `/services/path?reason=${encodeURIComponent('Đổi tên')}`, changed, {
        'If-Match': await etagOf('path'),
        ...lanActs,
      }),
    ).toMatchObject({
      body: { state: 'draft' },
    });
    expect((await reader.call('GET', '/services/path')).body).toMatchObject({ client_name: 'Cửa hàng', waiting: 'draft' });
    expect((await reader.call('GET', '/services/path?version=waiting')).body).toMatchObject({ client_name: 'Tên mới' });
    const compared = await reviewer.call('GET', '/services/path/comparison');
    expect(compared.body).toEqual({
      changes: [{ member: 'client_name', before: 'Cửa hàng', after: 'Tên mới' }],
      sector_shared_with: [],
    });
    expect(compared.headers.get('etag')).toBe(await etagOf('path'));
    expect(await reviewer.call('POST', '/services/path/suspension', { reason: 'Khiếu nại' })).toMatchObject({
      body: { state: 'suspended' },
    });
    expect(await reviewer.call('POST', '/services/path/resumption', { reason: 'Đã rõ' })).toMatchObject({
      body: { state: 'production' },
    });
    const { body: history } = await reader.call('GET', '/services/path/history');
    const entries = history['entries'] as unknown as { by: string; action: string; reason?: string }[];
    expect(entries.map(({ by, action }) => `${by} ${action}`)).toEqual([
      'client:console/lan change',
      'client:console drop',
      'client:console change',
      'client:console submit for sandbox',
      'client:review-desk refuse',
      'client:console submit for sandbox',
      'client:console withdraw',
      'client:console submit for sandbox',
      'client:review-desk approve for sandbox',
      'client:console add tester',
      'client:console remove tester',
      'client:console submit for production',
      'client:review-desk approve for production',
      'client:console/lan change',
      'client:review-desk suspend',
      'client:review-desk resume',
    ]);
    expect(entries.map(({ reason }) => reason).filter(Boolean)).toEqual(['Thiếu logo', 'Đổi tên', 'Khiếu nại', 'Đã rõ']);
  });

  it('changes its secret over', async () => {
    const created = await manager.call('POST', '/services', shop('rotating'));
    const added = await manager.call('POST', '/services/rotating/secrets', { others_until: '2031-01-01T00:00:00Z' });
    expect(added.status).toBe(201);
    const { body } = await manager.call('GET', '/services/rotating/secrets');
    const secrets = body['secrets'] as unknown as { secret_id: string; expires_at?: string }[];
    expect(secrets.map(({ expires_at: at }) => at)).toEqual([undefined, '2031-01-01T00:00:00.000Z']);
    for (const secret of [created.body['client_secret'], added.body['client_secret']])
      expect(JSON.stringify(body)).not.toContain(secret);
    const [fresh, old] = secrets;
    const soon = { expires_at: '2030-01-01T00:00:00Z' };
    expect((await manager.call('PUT', `/services/rotating/secrets/${fresh?.secret_id}/expiry`, soon)).status).toBe(204);
    expect((await manager.call('DELETE', `/services/rotating/secrets/${old?.secret_id}`)).status).toBe(204);
    expect((await manager.call('DELETE', `/services/rotating/secrets/${old?.secret_id}`)).status).toBe(404);
  });

  it('is listed in pages, in the order of identifiers, each once', async () => {
    for (const id of ['page-a', 'page-b', 'page-c']) await manager.call('POST', '/services', shop(id));
    const found: string[] = [];
    for (let after: string | undefined = ''; after !== undefined; ) {
      const { body } = await reader.call('GET', `/services?limit=2${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`);
      const services = body['services'] as unknown as { client_id: string }[];
      expect(services.length).toBeLessThanOrEqual(2);
      found.push(...services.map(({ client_id: id }) => id));
      after = body['next'] as string | undefined;
    }
    expect(found).toEqual([...new Set(found)].sort());
    expect(found).toEqual(expect.arrayContaining(['console', 'page-a', 'page-b', 'page-c']));
  });

  it('may have an identifier that is an address', async () => {
    const id = 'https://shop.example/oidc';
    const { headers } = await manager.call('POST', '/services', { ...shop('x'), client_id: id });
    const path = `/services/${encodeURIComponent(id)}`;
    expect(headers.get('location')).toBe(`${provider.issuer}/admin/v1${path}`);
    expect((await reader.call('GET', path)).body['client_id']).toBe(id);
  });
});

describe('two who work on one service', () => {
  it('do not overwrite each other: the later one is told', async () => {
    await manager.call('POST', '/services', shop('shared'));
    const seen = { 'If-Match': await etagOf('shared') };
    const put = (name: string) => manager.call('PUT', '/services/shared', { ...shop('shared'), client_name: name }, seen);
    const answers = await Promise.all([put('Một'), put('Hai')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(answers.find(({ status }) => status === 412)?.body).toMatchObject({ code: 'service_changed' });
  });

  it('do not change or approve what they have not looked at', async () => {
    await manager.call('POST', '/services', shop('unseen'));
    expect(await manager.call('PUT', '/services/unseen', shop('unseen'))).toMatchObject({ status: 428 });
    const looked = await etagOf('unseen');
    await submit('unseen');
    expect(await reviewer.call('POST', '/services/unseen/approval')).toMatchObject({ status: 428 });
    expect(await reviewer.call('POST', '/services/unseen/approval', {}, { 'If-Match': '*' })).toMatchObject({ status: 428 });
    expect(await reviewer.call('POST', '/services/unseen/approval', {}, { 'If-Match': looked })).toMatchObject({ status: 412 });
    expect(await reviewer.call('POST', '/services/unseen/approval', {}, { 'If-Match': 'W/"x"' })).toMatchObject({ status: 400 });
  });

  it('do not approve their own work by one secret, whomever they say they act for', async () => {
    const both = await adminClient(provider, described, 'both', ['services.manage', 'services.review']);
    await both.call('POST', '/services', shop('own'), { 'Senid-Acting-For': 'lan' });
    await both.call('POST', '/services/own/submission', {}, { 'Senid-Acting-For': 'lan' });
    const seen = { 'If-Match': await etagOf('own') };
    for (const who of [{}, { 'Senid-Acting-For': 'lan' }, { 'Senid-Acting-For': 'minh' }] as Record<string, string>[])
      expect(await both.call('POST', '/services/own/approval', {}, { ...seen, ...who })).toMatchObject({
        status: 403,
        body: { code: 'service_same_hand' },
      });
    expect(await reviewer.call('POST', '/services/own/approval', {}, { ...seen, 'Senid-Acting-For': 'lan' })).toMatchObject({
      status: 200,
    });
  });
});

describe('who may not', () => {
  it.each([
    ['a manager approve', () => manager, 'POST', '/approval', {}],
    ['a manager suspend', () => manager, 'POST', '/suspension', { reason: 'x' }],
    ['a reviewer change', () => reviewer, 'PUT', '', shop('guarded')],
    ['a reviewer submit', () => reviewer, 'POST', '/submission', {}],
    ['a reviewer add a secret', () => reviewer, 'POST', '/secrets', {}],
    ['a reader change', () => reader, 'PUT', '', shop('guarded')],
    ['a reader name a tester', () => reader, 'POST', '/testers', { id_number: '001190000001', label: 'x' }],
  ] as const)('%s', async (_, who, method, path, json) => {
    await provider.application.registry.put(shop('guarded'));
    const seen = { 'If-Match': await etagOf('guarded') };
    const answer = await who().call(method, `/services/guarded${path}`, json, seen);
    expect(answer).toMatchObject({ status: 403, body: { code: 'service_role_missing' } });
  });

  it('a manager to whom a service was not given yet, or was taken from', async () => {
    const next = await adminClient(provider, described, 'next-console', ['services.manage']);
    await manager.call('POST', '/services', shop('given'));
    const give = async (by: Client, ...managers: string[]) =>
      by.call('PUT', '/services/given/managers', { managers }, { 'If-Match': await etagOf('given') });
    expect(await give(next, 'client:next-console')).toMatchObject({ status: 403 });
    expect(await give(manager, 'client:next-console', 'nobody')).toMatchObject({ status: 422, body: { code: 'managers_invalid' } });
    expect(await give(manager, 'client:next-console')).toMatchObject({ status: 200 });
    expect((await reader.call('GET', '/services/given/managers')).body).toEqual({ managers: ['client:next-console'] });
    expect(await submit('given')).toMatchObject({ status: 403 });
    expect(await next.call('POST', '/services/given/submission', {})).toMatchObject({ status: 200 });
  });

  it('a manager of another service', async () => {
    const other = await adminClient(provider, described, 'other-console', ['services.manage']);
    await manager.call('POST', '/services', shop('mine'));
    const answer = await other.call('PUT', '/services/mine', shop('mine'), { 'If-Match': await etagOf('mine') });
    expect(answer).toMatchObject({ status: 403, body: { code: 'service_role_missing' } });
  });

  it('whoever has no token, a made-up one, one of a person, or one of a service that is not ours', async () => {
    const open = (headers: Record<string, string>) => fetch(`${provider.issuer}/admin/v1/services`, { headers });
    await provider.addPerson(lan);
    const bank = await Service.register(provider, 'bank', { grant_types: ['authorization_code', 'client_credentials'] });
    const { tokens } = await bank.signIn(new FormBrowser(), lan);
    const own = (await (await bank.post('/token', { grant_type: 'client_credentials' })).json()) as { access_token: string };
    const wrong = ['', 'Basic eA==', 'Bearer x', `Bearer ${tokens.access_token}`, `Bearer ${own.access_token}`];
    for (const authorization of wrong) {
      const answer = await open(authorization === '' ? {} : { authorization });
      expect([authorization.slice(0, 8), answer.status]).toEqual([authorization.slice(0, 8), 401]);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer\b.*, DPoP\b/);
      described.check('GET', '/services', answer.status, answer.headers.get('content-type'), await answer.json());
    }
  });

  it('a person at a service that may call here itself', async () => {
    const both = await Service.register(provider, 'both-ways', {
      class: 'internal',
      grant_types: ['authorization_code', 'client_credentials'],
      allowed_scopes: ['openid', 'services.operate'],
    });
    const { tokens } = await both.signIn(new FormBrowser(), lan, { scope: 'openid services.operate' });
    const authorization = `Bearer ${tokens.access_token}`;
    expect((await fetch(`${provider.issuer}/admin/v1/services`, { headers: { authorization } })).status).toBe(401);
  });

  it('a service of ours that is only tried', async () => {
    const { registry } = provider.application;
    const json = {
      client_id: 'tried',
      client_name: 'x',
      class: 'internal',
      grant_types: ['client_credentials'],
      allowed_scopes: ['services.operate'],
    };
    const lanActs = { id: 'client:console/lan', roles: ['manager'], via: 'test' } as const;
    const { client_secret: secret = '' } = await registry.propose(json, lanActs);
    await registry.submit('tried', lanActs);
    await registry.approve('tried', { id: 'client:desk/minh', roles: ['reviewer'], via: 'test' });
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'services.operate' });
    const basic = `Basic ${Buffer.from(`tried:${secret}`).toString('base64')}`;
    const answer = await fetch(`${provider.issuer}/token`, { method: 'POST', body, headers: { authorization: basic } });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    expect((await fetch(`${provider.issuer}/admin/v1/services`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(
      401,
    );
  });

  it('a service whose registration leaves the scope out, however it asks', async () => {
    const { registry } = provider.application;
    const job = { client_id: 'plain', client_name: 'x', class: 'internal', grant_types: ['client_credentials'] };
    const { client_secret: secret = '' } = await registry.put(job);
    const authorization = `Basic ${Buffer.from(`plain:${secret}`).toString('base64')}`;
    const ask = async (scope: Record<string, string>) => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', ...scope });
      return (await (await fetch(`${provider.issuer}/token`, { method: 'POST', body, headers: { authorization } })).json()) as {
        access_token: string;
        error?: string;
      };
    };
    expect(await ask({ scope: 'services.operate' })).toMatchObject({ error: 'invalid_scope' });
    const { access_token: token } = await ask({});
    const answer = await fetch(`${provider.issuer}/admin/v1/services`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(403);
  });

  it('a token of a service that lost the scope, or was suspended, since', async () => {
    const { registry } = provider.application;
    const gone = await adminClient(provider, described, 'gone', ['services.read']);
    expect((await gone.call('GET', '/services')).status).toBe(200);
    const { allowed_scopes: _, ...without } = await registry.show('gone');
    await registry.put(without);
    await expect.poll(async () => (await gone.call('GET', '/services')).status, { timeout: 5000 }).toBe(403);
    await registry.suspend('gone');
    await expect.poll(async () => (await gone.call('GET', '/services')).status, { timeout: 5000 }).toBe(401);
  });
});

describe('what is refused with a word that helps', () => {
  it.each([
    [
      'POST',
      '/services',
      { ...shop('bad'), allowed_claims: ['nmae'] },
      400,
      /allowed_claims: nmae is not a known claim, did you mean name/,
    ],
    ['POST', '/services', 'text', 400, /body: /],
    ['POST', '/services', { class: 'private' }, 400, /client_id: /],
    ['GET', '/services?limit=0', undefined, 400, /limit: /],
    ['GET', '/services?limit=1000', undefined, 400, /limit: /],
    ['GET', '/services?limi=1', undefined, 400, /limi/],
    ['GET', '/services/none', undefined, 404, /none/],
    ['GET', '/services/none/history', undefined, 404, /none/],
    ['POST', '/services/none/submission', {}, 404, /none/],
    ['POST', '/services/none/suspension', {}, 400, /reason/],
  ] as const)('%s %s %j', async (method, path, json, status, detail) => {
    const answer = await (method === 'GET' ? reader : operator).call(method, path, json);
    expect(answer).toMatchObject({
      status,
      body: { status, detail: expect.stringMatching(detail), reference: expect.any(String) },
    });
  });

  it('a body that is too long, or no JSON', async () => {
    const headers = { authorization: `Bearer ${manager.token}`, 'content-type': 'application/json' };
    const post = async (body: string) =>
      (await fetch(`${provider.issuer}/admin/v1/services`, { method: 'POST', headers, body })).status;
    expect(await post(JSON.stringify({ ...shop('long'), client_name: 'x'.repeat(70_000) }))).toBe(413);
    expect(await post('{')).toBe(400);
  });

  it('more calls in a minute than a service needs, and nobody else is slowed by them', async () => {
    const eager = await adminClient(provider, described, 'eager', ['services.read']);
    const headers = { authorization: `Bearer ${eager.token}` };
    const statuses: number[] = [];
    for (let n = 0; n < 13; n += 1) {
      const some = Array.from({ length: 50 }, () => fetch(`${provider.issuer}/admin/v1/services/none`, { headers }));
      statuses.push(...(await Promise.all(some)).map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 404)).toHaveLength(600);
    const slowed = await eager.call('GET', '/services/none');
    expect(slowed).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await reader.call('GET', '/services?limit=1')).status).toBe(200);
  });

  it('the address of nothing, and another spelling', async () => {
    for (const path of ['/admin/v1/nothing', '/admin/v1/services/', '/Admin/v1/services'])
      expect((await fetch(provider.issuer + path, { headers: { accept: 'application/json' } })).status).toBe(404);
  });
});

it('the OpenAPI document describes every operation, and each was answered here as it says', () => {
  expect(described.document).toMatchObject({ openapi: '3.1.0' });
  const all = Object.entries(described.document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(all.length).toBeGreaterThan(15);
  expect([...described.seen].sort()).toEqual(all.sort());
});
