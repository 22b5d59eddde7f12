import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import { runSenid } from '#test/support/run-senid.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';

const folder = mkdtempSync(join(tmpdir(), 'senid-commands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let provider: TestProvider;
beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.stop());

const senid = (args: readonly string[], environment: Record<string, string> = {}) =>
  runSenid(args, {
    cwd: folder,
    SENID_PROFILE: 'test',
    SENID_ISSUER: provider.issuer,
    SENID_DATA_DIR: provider.dataDir,
    ...environment,
  });

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const person = {
  id_number: '000190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000001',
  identity_level: 2,
  password: 'sen hong 2026',
};

describe('senid people', () => {
  it('imports NDJSON beside a running server, reports duplicates and refusals by line, and can run again', async () => {
    const lines = [
      person,
      { ...person, id_number: '000190000002', phone: '+84912000001' },
      { ...person, id_number: '12' },
      'not json',
      { ...person, id_number: '000190000003', phone: undefined, password: '12345678' },
      { ...person, id_number: '000190000004', phone: '0912000004', surprise: 1 },
    ];
    const path = file('people.ndjson', lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
    const dry = await senid(['people', 'import', path, '--dry-run', '--json']);
    expect(dry.json).toMatchObject({
      imported: 1,
      refused: [
        { line: 2, code: 'phone_taken' },
        { line: 3, code: 'id_number_invalid' },
        { line: 4, code: 'person_invalid' },
        { line: 5, code: 'password_too_weak' },
        { line: 6, code: 'person_invalid' },
      ],
    });
    const first = await senid(['people', 'import', path, '--json']);
    expect(first.json).toMatchObject({
      imported: 1,
      duplicates: 0,
      refused: [{ line: 2, code: 'phone_taken' }, { line: 3 }, { line: 4 }, { line: 5 }, { line: 6 }],
    });
    expect(first.code).toBe(1);
    const again = await senid([
      'people',
      'import',
      file('one.ndjson', JSON.stringify({ ...person, id_number: ' 000 190 000 001' })),
      '--json',
    ]);
    expect(again).toMatchObject({ code: 0, json: { imported: 0, duplicates: 1, refused: [] } });
  });

  it('says that a file is not there', async () => {
    expect(await senid(['people', 'import', join(folder, 'none.ndjson'), '--json'])).toMatchObject({
      code: 1,
      json: { code: 'file_not_found' },
    });
  });

  it('shows an account only with a reason, which its holder can read', async () => {
    expect(await senid(['people', 'show', person.id_number, '--json'])).toMatchObject({
      code: 1,
      json: { code: 'reason_missing' },
    });
    const shown = await senid(['people', 'show', person.id_number, '--reason', 'call 123', '--json']);
    expect(shown).toMatchObject({ code: 0, json: { name: 'Nguyễn Thị Lan', identity_level: 2, state: 'active' } });
    const account = await provider.application.accounts.findByIdNumber(person.id_number);
    const events = account === undefined ? [] : await listAccountEvents(provider.application.store, account.id);
    expect(events.at(-1)).toMatchObject({ type: 'looked-up', data: { reason: 'call 123' } });
    expect(await senid(['people', 'show', '000199999999', '--reason', 'x', '--json'])).toMatchObject({
      code: 1,
      json: { code: 'account_not_found', detail: expect.stringContaining(join(provider.dataDir, 'senid.sqlite')) },
    });
  });

  it('locks with a ground and unlocks, and gives enrolment codes only to open accounts', async () => {
    expect(await senid(['people', 'lock', person.id_number, '--ground', 'bad-mood', '--reason', 'x', '--json'])).toMatchObject({
      code: 1,
    });
    expect(
      await senid(['people', 'lock', person.id_number, '--ground', 'card-revoked', '--reason', 'letter 7', '--json']),
    ).toMatchObject({ code: 0, json: { state: 'locked' } });
    expect(await senid(['people', 'enrolment-code', person.id_number, '--reason', 'x', '--json'])).toMatchObject({
      code: 1,
      json: { code: 'account_locked' },
    });
    expect((await senid(['people', 'unlock', person.id_number, '--reason', 'letter 8', '--json'])).code).toBe(0);
    const issued = await senid(['people', 'enrolment-code', person.id_number, '--reason', 'desk', '--json']);
    expect(issued.json).toEqual({
      code: expect.stringMatching(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/),
      expires_at: expect.stringMatching(/Z$/),
    });
  });
});

describe('senid phone', () => {
  it("keeps its keys readable by its owner alone, and says a refusal's code", async () => {
    const state = join(folder, 'phone.json');
    const { json } = await senid(['people', 'enrolment-code', person.id_number, '--reason', 'desk', '--json']);
    const enrolled = await senid([
      'phone',
      'enrol',
      (json as { code: string }).code,
      '--issuer',
      provider.issuer,
      '--state',
      state,
      '--json',
    ]);
    expect(enrolled.json).toMatchObject({ account: { display_name: 'Nguyễn Thị Lan' } });
    expect(statSync(state).mode & 0o077).toBe(0);
    expect(await senid(['phone', 'scan', 'x', '--state', state, '--json'])).toMatchObject({
      code: 1,
      json: { code: 'qr_invalid' },
    });
    expect(
      await senid(['phone', 'enrol', 'AAAAA-AAAAA', '--issuer', provider.issuer, '--state', join(folder, 'other.json'), '--json']),
    ).toMatchObject({ code: 1, json: { code: 'enrolment_code_invalid' } });
    expect(await senid(['phone', 'list', '--state', join(folder, 'none.json'), '--json'])).toMatchObject({
      code: 1,
      json: { code: 'device_unknown' },
    });
    expect(await senid(['phone', 'list', '--state', state, '--json'])).toMatchObject({ code: 0, json: [] });
    expect((await senid(['phone', 'list', '--state', state])).out).toBe('nothing waits for an answer\n');
  });
});

describe('senid clients', () => {
  it('registers, generates a secret once, lists, shows without secrets, refuses by member', async () => {
    const client = {
      client_id: 'shop',
      client_name: 'Cửa hàng',
      class: 'private',
      redirect_uris: ['https://shop.example/cb'],
      allowed_claims: ['name'],
    };
    const put = await senid(['clients', 'put', file('shop.json', JSON.stringify(client)), '--json']);
    expect(put.json).toEqual({ client_id: 'shop', client_secret: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) });
    expect((await senid(['clients', 'put', join(folder, 'shop.json'), '--json'])).json).toEqual({ client_id: 'shop' });
    const shown = await senid(['clients', 'show', 'shop', '--json']);
    expect(JSON.stringify(shown.json)).not.toContain((put.json as { client_secret: string }).client_secret);
    for (const [member, value] of [
      ['class', 'evil'],
      ['redirect_uris', ['javascript:alert(1)']],
      ['min_acr', 'urn:x'],
      ['profile', 'fapi-2.0'],
      ['legal_basis', [{ claim: 'name', text: { vi: 'x', en: 'x' } }]],
      ['token_endpoint_auth_method', 'tls_client_auth'],
    ] as const) {
      const refused = await senid(['clients', 'put', file('bad.json', JSON.stringify({ ...client, [member]: value })), '--json']);
      expect(refused).toMatchObject({
        code: 1,
        json: {
          code: 'client_metadata_invalid',
          detail: expect.stringContaining(member === 'redirect_uris' ? 'redirect_uris' : member),
        },
      });
    }
    expect((await senid(['clients', 'list', '--json'])).json).toEqual([
      { client_id: 'shop', client_name: 'Cửa hàng', class: 'private', state: 'production' },
    ]);
    expect((await senid(['clients', 'show', 'none', '--json'])).json).toMatchObject({ code: 'client_not_found' });
  });

  it('shows a service fit to be put again; a suspended one stays so until it is resumed', async () => {
    const own = { client_id: 'kiosk', client_name: 'Quầy', class: 'internal' };
    const kiosk = { ...own, grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_post' };
    const put = await senid(['clients', 'put', file('kiosk.json', JSON.stringify(kiosk)), '--json']);
    const body = new URLSearchParams({ ...(put.json as Record<string, string>), grant_type: 'client_credentials' });
    expect((await fetch(`${provider.issuer}/token`, { method: 'POST', body })).status).toBe(200);
    const { out } = await senid(['clients', 'show', 'kiosk', '--json']);
    expect(JSON.parse(out)).toMatchObject({ ...kiosk, redirect_uris: [], response_types: [], state: 'production' });
    const suspended = { client_id: 'kiosk', state: 'suspended' };
    expect(await senid(['clients', 'suspend', 'kiosk', '--json'])).toMatchObject({ code: 0, json: suspended });
    expect((await senid(['clients', 'put', file('kiosk.json', out), '--json'])).json).toEqual(suspended);
    const said = await senid(['clients', 'put', join(folder, 'kiosk.json')]);
    expect(said.out).toBe('registered kiosk\nstill suspended; `senid clients resume kiosk` ends it\n');
    expect((await senid(['clients', 'show', 'kiosk'])).out).toMatch(/^state +suspended$/m);
    expect((await senid(['clients', 'resume', 'kiosk', '--json'])).json).toEqual({ client_id: 'kiosk', state: 'production' });
    expect(await senid(['clients', 'resume', 'none', '--json'])).toMatchObject({ code: 1, json: { code: 'client_not_found' } });
  });

  it('does not register in production what only development may', async () => {
    const dataDir = join(folder, 'production');
    mkdirSync(dataDir, { mode: 0o700 });
    const keyFile = join(dataDir, 'keys.json');
    const key = randomBytes(32).toString('base64url');
    writeFileSync(keyFile, JSON.stringify({ keys: [{ id: 'k1', key }] }), { mode: 0o600 });
    const production = { SENID_PROFILE: 'production', SENID_ISSUER: 'https://id.example', SENID_DATA_DIR: dataDir };
    const put = (name: string, more: object) => {
      const service = { client_id: name, client_name: name, class: 'private', redirect_uris: ['https://x.example/cb'], ...more };
      return senid(['clients', 'put', file(`${name}.json`, JSON.stringify(service)), '--json'], production);
    };
    const keys = { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://10.0.0.1/keys' };
    expect((await put('keys', keys)).json).toMatchObject({ detail: expect.stringContaining('jwks_uri: 10.0.0.1 is a private') });
    expect((await put('weak', { client_secret: 'secret' })).json).toMatchObject({
      detail: expect.stringContaining('client_secret:'),
    });
    expect((await put('good', {})).json).toMatchObject({ client_id: 'good', state: 'review', client_secret: expect.any(String) });
    const compare = async () =>
      (await senid(['clients', 'compare', 'good', '--json'], production)).json as { readonly version: string };
    const seen = await compare();
    expect(seen).toMatchObject({ client_id: 'good', changes: expect.arrayContaining([{ member: 'class', after: 'private' }]) });
    const approve = (name: string, { version } = seen) =>
      senid(['clients', 'approve', 'good', '--seen', version, '--as', name, '--json'], production);
    expect(await senid(['clients', 'approve', 'good', '--as', 'another'], production)).toMatchObject({ code: 2 });
    // what is put after the look is not approved by it
    expect((await put('good', { redirect_uris: ['https://evil.example/cb'] })).json).toMatchObject({ state: 'review' });
    expect((await approve('another')).json).toMatchObject({ code: 'service_changed' });
    const now = await compare();
    expect((await senid(['clients', 'compare', 'good'], production)).out).toContain(`clients approve good --seen ${now.version}`);
    expect((await approve(userInfo().username, now)).json).toMatchObject({ code: 'service_same_hand' });
    expect((await approve('another', now)).json).toEqual({ client_id: 'good', state: 'production' });
  });

  it('changes a secret over without a break, and tells the history', async () => {
    const own = { client_id: 'rotating', client_name: 'Quầy', class: 'internal', grant_types: ['client_credentials'] };
    const put = await senid(['clients', 'put', file('rotating.json', JSON.stringify(own)), '--json']);
    const { client_secret: first } = put.json as { client_secret: string };
    const added = await senid(['clients', 'secrets', 'add', 'rotating', '--as', 'lan', '--json']);
    const { client_secret: second } = added.json as { client_secret: string };
    const token = async (secret: string): Promise<number> => {
      const authorization = `Basic ${Buffer.from(`rotating:${secret}`).toString('base64')}`;
      const body = new URLSearchParams({ grant_type: 'client_credentials' });
      return (await fetch(`${provider.issuer}/token`, { method: 'POST', body, headers: { authorization } })).status;
    };
    await expect.poll(() => token(second), { timeout: 6000 }).toBe(200);
    expect(await token(first)).toBe(200);
    const listed = (await senid(['clients', 'secrets', 'list', 'rotating', '--json'])).json as { secret_id: string }[];
    expect(listed).toHaveLength(2);
    const old = listed[1]?.secret_id ?? '';
    expect(await senid(['clients', 'secrets', 'expire', 'rotating', old, '--at', 'soon'])).toMatchObject({ code: 2 });
    await senid(['clients', 'secrets', 'revoke', 'rotating', old, '--reason', 'lộ']);
    await expect.poll(() => token(first), { timeout: 6000 }).toBe(401);
    expect(await token(second)).toBe(200);
    const history = (await senid(['clients', 'history', 'rotating', '--json'])).json;
    expect(history).toMatchObject([
      { action: 'change' },
      { action: 'add secret', by: 'operator:lan' },
      { action: 'revoke secret', reason: 'lộ' },
    ]);
    expect((await senid(['clients', 'history', 'rotating'])).out).not.toContain(second);
    const given = await senid(['clients', 'managers', 'set', 'rotating', 'client:console/lan', 'operator:an', '--json']);
    expect(given.json).toEqual({ managers: ['client:console/lan', 'operator:an'] });
    expect((await senid(['clients', 'managers', 'list', 'rotating'])).out).toBe('client:console/lan\noperator:an\n');
    expect(await senid(['clients', 'refuse', 'rotating'])).toMatchObject({ code: 2 });
    expect(await senid(['clients', 'suspend', 'rotating', '--as', 'a b'])).toMatchObject({ code: 2 });
  });
});

describe('senid', () => {
  it('exits 2 for wrong usage, and says what is wrong with a setting by its name', async () => {
    expect((await senid(['clients', 'frobnicate'])).code).toBe(2);
    expect((await senid(['people', 'import'])).code).toBe(2);
    const unknown = await senid(['doctor'], { SENID_ISUER: 'x' });
    expect(unknown).toMatchObject({ code: 1, out: expect.stringContaining('SENID_ISUER') });
    const bad = await senid(['clients', 'list'], { SENID_PORT: 'many' });
    expect(bad).toMatchObject({ code: 1, err: expect.stringContaining('SENID_PORT') });
    const plain = await senid(['clients', 'list'], { SENID_PROFILE: 'production' });
    expect(plain).toMatchObject({ code: 1, err: expect.stringContaining('must be https in production') });
  });

  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
    expect(await senid(['--version'])).toMatchObject({ code: 0, out: `${version}\n` });
  });

  it('lists signing keys and finds nothing wrong on a sound installation', async () => {
    expect((await senid(['keys', 'list', '--json'])).json).toEqual(
      expect.arrayContaining([expect.objectContaining({ alg: 'ES256' }), expect.objectContaining({ alg: 'RS256' })]),
    );
    expect(await senid(['doctor', '--json'])).toMatchObject({
      code: 0,
      json: expect.arrayContaining([expect.objectContaining({ check: 'store and keys', ok: true })]),
    });
  });

  it('rotates signing keys once, says what each is doing, and makes no others while those wait', async () => {
    const first = await senid(['keys', 'rotate']);
    expect([first.code, first.out.match(/\tcurrent\tsigns, since/g), first.out.match(/\tnext\tpublished, signs from/g)]).toEqual([
      0,
      expect.objectContaining({ length: 2 }),
      expect.objectContaining({ length: 2 }),
    ]);
    const again = await senid(['keys', 'rotate']);
    expect(again.out).toBe(`nothing was made: the keys of the last rotation wait to sign\n${first.out}`);
    expect((await senid(['keys', 'list'])).out).toBe(first.out);
  });

  it('has no indexes to apply where the engine makes them itself', async () => {
    expect(await senid(['indexes', 'apply', '--json'])).toMatchObject({ code: 0, json: { engine: 'sqlite', collections: [] } });
    const nowhere = { SENID_STORE: 'mongodb://127.0.0.1:1/none?serverSelectionTimeoutMS=200' };
    expect(await senid(['indexes', 'apply', '--json'], nowhere)).toMatchObject({ code: 1, json: { code: 'store_unavailable' } });
  });
});
