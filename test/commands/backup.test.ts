import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '#config/load.ts';
import { lockAccount } from '#src/accounts/locks.ts';
import { compose } from '#src/compose.ts';
import type { Collection, StoredDocument } from '#src/kernel/store.ts';
import { allCollections } from '#src/storage/collections.ts';
import { childEnvironment } from '#test/support/child-environment.ts';
import { type EngineName, type Engines, engineNames, openPlace, startEngines } from '#test/support/engines.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { type Ran, runSenid, senidBin } from '#test/support/run-senid.ts';
import { freePort, startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const lan = {
  id_number: '000190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000001',
  email: 'lan@example.org',
  identity_level: 2,
  password: 'sen hong 2026',
};
const minh = { ...lan, id_number: '000190000002', phone: '0912000002', password: 'sen trang 2026' };

const folder = mkdtempSync(join(tmpdir(), 'senid-backups-'));
const at = (name: string): string => join(folder, name);
let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(async () => {
  await engines.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Everything that a store keeps, but for what belongs to processes. */
async function stateOf(place: string): Promise<Record<string, readonly StoredDocument[]>> {
  const store = await openPlace(place, allCollections);
  const state: Record<string, readonly StoredDocument[]> = {};
  for (const declared of allCollections as unknown as readonly Collection<StoredDocument, string>[])
    if (!['leases', 'migrations'].includes(declared.name)) state[declared.name] = await store.scan(declared, { limit: 10_000 });
  await store.close();
  return state;
}

const last = engineNames.length - 1;
const pairs: (readonly [EngineName, EngineName])[] = [
  ['SQLite', engineNames[last] ?? 'SQLite'],
  [engineNames[last] ?? 'SQLite', 'SQLite'],
];

describe.each(pairs)('a country on %s that was backed up while it served, restored into %s', (from, to) => {
  const file = at(`${from}-${to}.gz`);
  const keyFile = at(`${from}-${to}.json`);
  let provider: TestProvider;
  let app: Service;
  let environment: Record<string, string>;
  let before: Awaited<ReturnType<typeof stateOf>>;
  const browser = new FormBrowser();
  let refreshToken = '';
  let redeemed: { readonly page: Awaited<ReturnType<Service['signIn']>>['page'] };

  const refresh = (token: string) => app.post('/token', { grant_type: 'refresh_token', refresh_token: token, client_id: app.id });
  const senid = (line: string, place: string): Promise<Ran> =>
    runSenid([...line.split(' '), '--json'], { ...environment, SENID_STORE: place, cwd: folder });
  const serve = (place: string) => startProvider({ environment: { ...environment, SENID_STORE: place } });
  const redirects = async (page: Promise<{ readonly url: string; readonly html: string }>) =>
    (await page).url.startsWith(app.redirectUri);

  beforeAll(async () => {
    const port = String(await freePort());
    const place = engines.newPlace(from);
    environment = { SENID_PROFILE: 'test', SENID_ISSUER: `http://localhost:${port}`, SENID_PORT: port };
    provider = await serve(place);
    copyFileSync(join(provider.dataDir, 'keys.json'), keyFile);
    await provider.addPerson(lan);
    const locked = await provider.addPerson(minh);
    app = await Service.register(provider, 'app', {
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    });
    redeemed = await app.signIn(new FormBrowser(), lan, { scope: 'openid' });
    refreshToken = (await app.signIn(browser, lan, { scope: 'openid offline_access' })).tokens.refresh_token ?? '';
    await app.signIn(new FormBrowser(), minh);
    await lockAccount(provider.application, locked, { ground: 'card-revoked', by: 'authority', reason: 'letter 7' });
    before = await stateOf(place);
    environment = { ...environment, SENID_KEY_FILE: keyFile };
    const made = await senid(`backup ${file}`, place);
    expect(made).toMatchObject({ code: 0, json: { collections: { accounts: 2, clients: 1 }, bytes: statSync(file).size } });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    // after the moment of the backup
    const rotated = await refresh(refreshToken);
    expect(rotated.status).toBe(200);
    expect(((await rotated.json()) as { refresh_token: string }).refresh_token).not.toBe(refreshToken);
    await provider.stop();
  });

  it('with its sessions is the same to the last document, and what was used before the backup stays used', async () => {
    const place = engines.newPlace(to);
    const restored = await senid(`restore ${file} --keep-sessions`, place);
    expect(restored).toMatchObject({
      code: 0,
      json: { collections: { accounts: 2, clients: 1 }, left_out: {}, bytes: statSync(file).size },
    });
    expect(await stateOf(place)).toEqual(before);
    const again = await serve(place);
    // the browser is still signed in and what was agreed to is not asked again
    expect(await redirects(browser.open(app.authorize({ scope: 'openid' }).url, {}, app.redirectUri))).toBe(true);
    // this is why it is not the default: rotated after the backup, it works once more
    expect((await refresh(refreshToken)).status).toBe(200);
    expect((await refresh(refreshToken)).status).toBe(400);
    const code = new URL(redeemed.page.url).searchParams.get('code') ?? '';
    const replayed = await app.post('/token', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: app.redirectUri,
      client_id: app.id,
    });
    expect(await replayed.json()).toMatchObject({ error: 'invalid_grant' });
    await expect(app.signIn(new FormBrowser(), minh)).rejects.toThrow('not back at the service');
    await again.stop();
  });

  it('leaves nobody signed in, revives no token that was rotated since, and keeps people, locks, services and consents', async () => {
    const place = engines.newPlace(to);
    const restored = await senid(`restore ${file}`, place);
    expect(restored.json).toMatchObject({
      collections: {
        accounts: 2,
        clients: 1,
        sessions: 0,
        grants: 0,
        tokens: 0,
        interactions: 0,
        approvals: 0,
        enrolment_codes: 0,
      },
      left_out: { sessions: expect.any(Number), grants: expect.any(Number), tokens: expect.any(Number) },
    });
    const again = await serve(place);
    expect(await (await refresh(refreshToken)).json()).toMatchObject({ error: 'invalid_grant' });
    const page = await browser.open(app.authorize({ scope: 'openid' }).url, {}, app.redirectUri);
    expect(page.html).toContain('name="password"');
    const back = browser.press(page, 'continue', { id_number: lan.id_number, password: lan.password }, app.redirectUri);
    expect(await redirects(back)).toBe(true);
    await expect(app.signIn(new FormBrowser(), minh)).rejects.toThrow('not back at the service');
    await again.stop();
  });
});

it('what expires comes back by itself only where that signs nobody in and lets nothing be used twice', () => {
  const always = allCollections.filter(({ lifetime, restored }) => lifetime === 'expires' && restored === 'always');
  expect(always.map(({ name }) => name)).toEqual([
    'used_challenges',
    'payment_days',
    'match_guesses',
    'document_asks',
    'known_browsers',
    'replays',
    'outbox',
  ]);
  const asked = allCollections.filter(({ restored }) => restored === 'when-asked').map(({ name }) => name);
  expect(asked).toEqual(['enrolment_codes', 'approvals', 'interactions', 'tokens', 'grants', 'sessions', 'link_requests']);
});

describe('senid backup and restore', () => {
  const settings = (name: string): Record<string, string> => ({ SENID_PROFILE: 'test', SENID_DATA_DIR: at(name), cwd: folder });
  const senid = (line: string, environment: Record<string, string>): Promise<Ran> =>
    runSenid([...line.split(' '), '--json'], environment);
  beforeAll(async () => {
    const application = await compose(loadSettings({ SENID_PROFILE: 'test', SENID_DATA_DIR: at('small') }));
    await application.signingKeys.load();
    await application.close();
    expect(await senid(`backup ${at('small.gz')}`, settings('small'))).toMatchObject({ code: 0 });
  });

  it('say in words what is refused, and make nothing then', async () => {
    expect(await senid(`backup ${at('none.gz')}`, settings('nowhere'))).toMatchObject({ code: 1, json: { code: 'store_missing' } });
    expect(await senid(`backup ${at('small.gz')}`, settings('small'))).toMatchObject({ code: 1, json: { code: 'backup_exists' } });
    expect(await senid(`backup ${at('small.gz')} --force`, settings('small'))).toMatchObject({ code: 0 });
    expect(await senid(`backup ${at('no/where.gz')}`, settings('small'))).toMatchObject({
      code: 1,
      json: { code: 'file_not_found' },
    });
    expect(await senid(`restore ${at('none.gz')}`, settings('nowhere'))).toMatchObject({
      code: 1,
      json: { code: 'file_not_found' },
    });
    writeFileSync(at('cut.gz'), randomBytes(100));
    expect(await senid(`restore ${at('cut.gz')}`, settings('nowhere'))).toMatchObject({
      code: 1,
      json: { code: 'backup_damaged' },
    });
    expect(await senid(`restore ${at('small.gz')}`, settings('small'))).toMatchObject({
      code: 1,
      json: { code: 'store_not_empty' },
    });
    expect(existsSync(at('nowhere'))).toBe(false);
  });

  it('need the key file that the backup was made under, and never make one', async () => {
    expect(await senid(`restore ${at('small.gz')}`, settings('keyless'))).toMatchObject({
      code: 1,
      json: { code: 'key_file_missing' },
    });
    expect(existsSync(at('keyless'))).toBe(false);
    const other = at('other.json');
    writeFileSync(other, JSON.stringify({ keys: [{ id: 'k1', key: randomBytes(32).toString('base64url') }] }), { mode: 0o600 });
    const wrong = { ...settings('keyless'), SENID_KEY_FILE: other };
    expect(await senid(`restore ${at('small.gz')}`, wrong)).toMatchObject({ code: 1, json: { code: 'key_file_wrong' } });
    expect(await senid(`backup ${at('wrong.gz')}`, { ...settings('small'), SENID_KEY_FILE: other })).toMatchObject({
      code: 1,
      json: { code: 'key_file_wrong' },
    });
    const real = { ...wrong, SENID_PROFILE: 'production', SENID_ISSUER: 'https://id.example' };
    expect(await senid(`restore ${at('small.gz')}`, real)).toMatchObject({ code: 1, json: { code: 'profile_mismatch' } });
    expect(existsSync(at('keyless'))).toBe(false);
  });

  it('follow the profile of the backup where none is said, and print for people what was done', async () => {
    const environment = { SENID_DATA_DIR: at('followed'), SENID_KEY_FILE: join(at('small'), 'keys.json'), cwd: folder };
    const restored = await runSenid(['restore', at('small.gz')], environment);
    expect(restored).toMatchObject({
      code: 0,
      out: expect.stringMatching(/signing_keys[\s\S]*must be entered again before you serve/),
    });
    expect(readdirSync(at('followed'))).toContain('senid.sqlite');
    expect(await senid('doctor', environment)).toMatchObject({ code: 0 });
    expect(await runSenid(['migrate'], environment)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^clients: \d+ changed$/m),
    });
  });
});

describe.each(engineNames)('more documents than memory holds, on %s', (engine) => {
  const documents = 12_000;
  /** All of them in memory are more than a process is given here. */
  const heap = { NODE_OPTIONS: '--max-old-space-size=56' };
  const events = allCollections.find(({ name }) => name === 'account_events') as unknown as Collection<StoredDocument, string>;
  const file = at(`large-${engine}.gz`);
  let environment: Record<string, string>;

  const run = (args: readonly string[], place: string, onStart: (kill: () => void) => void = () => undefined) =>
    new Promise<number | null>((resolve) => {
      const env = childEnvironment({ ...environment, ...heap, SENID_STORE: place });
      const child = spawn(process.execPath, [senidBin, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
      onStart(() => child.kill('SIGKILL'));
      child.once('close', resolve);
    });

  beforeAll(async () => {
    const place = engines.newPlace(engine);
    environment = { SENID_PROFILE: 'test', SENID_DATA_DIR: at(`large-${engine}`) };
    const { store, close } = await compose(loadSettings({ ...environment, SENID_STORE: place }));
    for (let n = 0; n < documents; n += 1000)
      await store.insertMany(
        events,
        Array.from({ length: 1000 }, (_, m) => ({
          id: `e${n + m}`,
          accountId: `a${m}`,
          at: 0,
          type: 'x',
          data: { long: randomBytes(64).toString('hex').repeat(33) },
        })) as never,
      );
    await close();
    expect(await run(['backup', file], place)).toBe(0);
  }, 120_000);

  it('come through in little memory, also after a restore was killed in the middle', async () => {
    const place = engines.newPlace(engine);
    const watched = await openPlace(place, allCollections);
    const countTo = (enough: number) =>
      expect
        .poll(async () => (await watched.scan(events, { limit: enough })).length, { timeout: 30_000, interval: 5 })
        .toBe(enough);
    const killed = await run(['restore', file], place, async (kill) => {
      await countTo(500);
      kill();
    });
    expect(killed).toBe(null);
    const refused = await runSenid(['clients', 'list', '--json'], { ...environment, SENID_STORE: place });
    expect(refused).toMatchObject({ code: 1, json: { code: 'restore_unfinished' } });
    expect(await runSenid(['backup', at('half.gz'), '--json'], { ...environment, SENID_STORE: place })).toMatchObject({
      code: 1,
      json: { code: 'restore_unfinished' },
    });
    expect(await run(['restore', file], place)).toBe(0);
    await countTo(documents);
    await watched.close();
    const opened = await runSenid(['clients', 'list', '--json'], { ...environment, SENID_STORE: place });
    expect(opened).toMatchObject({ code: 0 });
  }, 120_000);
});
