import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '#config/load.ts';
import { compose } from '#src/compose.ts';
import { type Ran, runSenid } from '#test/support/run-senid.ts';
import { evidence } from '#test/support/running-provider.ts';

const folder = mkdtempSync(join(tmpdir(), 'senid-installation-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (...path: string[]): string => join(folder, ...path);
const senid = (line: string, environment: Record<string, string> = {}): Promise<Ran> =>
  runSenid([...line.split(' '), '--json'], { cwd: folder, ...environment });
const asProduction = (dataDir: string): Record<string, string> => ({
  SENID_PROFILE: 'production',
  SENID_ISSUER: 'https://id.example',
  SENID_DATA_DIR: dataDir,
});

function file(name: string, content: unknown, mode = 0o600): string {
  writeFileSync(at(name), JSON.stringify(content), { mode });
  return at(name);
}
const freshKeys = (profile?: string) => ({
  ...(profile === undefined ? {} : { profile }),
  keys: [{ id: 'k1', key: randomBytes(32).toString('base64url') }],
});
const citizen = {
  id_number: '001190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000001',
  identity_level: 2,
  password: 'sen hong 2026',
};

/** A store that had its first start with this profile. */
async function madeFor(profile: string, name: string, keyFile = at(name, 'keys.json')): Promise<string> {
  const settings = loadSettings({
    SENID_PROFILE: profile,
    SENID_ISSUER: 'https://id.example',
    SENID_DATA_DIR: at(name),
    SENID_KEY_FILE: keyFile,
  });
  const application = await compose(settings);
  await application.signingKeys.load();
  await application.close();
  return at(name);
}

/** What lies in the directory, with the bytes of what is kept. */
const kept = (directory: string, readAs = (bytes: Buffer): Buffer => bytes): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory)
      .filter((name) => !/-(wal|shm)$/.test(name))
      .map((name) => [name, readAs(readFileSync(join(directory, name))).toString('base64')]),
  );

/** Without SQLite's own count of its writes: who looks whether a store is writable adds to it. @see SQLite's file format, 1.3 */
const withoutWriteCount = (bytes: Buffer): Buffer =>
  bytes.subarray(0, 15).toString() === 'SQLite format 3' ? bytes.fill(0, 24, 28).fill(0, 92, 96) : bytes;

describe('a store that was made for production', () => {
  let [real, keys] = ['', ''];
  const followingIt = (): Record<string, string> => ({
    SENID_DATA_DIR: real,
    SENID_KEY_FILE: keys,
    SENID_ISSUER: 'https://id.example',
  });
  beforeAll(async () => {
    keys = file('real-keys.json', freshKeys());
    real = await madeFor('production', 'real', keys);
  });

  it('gets no invented evidence and no invented people from an import that names no profile', async () => {
    const level2 = await senid(`people import ${file('level2.ndjson', citizen)}`, followingIt());
    expect(level2).toMatchObject({ code: 1, json: { imported: 0, refused: [{ line: 1, code: 'evidence_missing' }] } });
    const invented = file('invented.ndjson', { ...citizen, id_number: '000190000001', evidence });
    expect(await senid(`people import ${invented}`, followingIt())).toMatchObject({
      code: 1,
      json: { imported: 0, refused: [{ line: 1, code: 'id_number_invalid' }] },
    });
    const right = await senid(`people import ${file('right.ndjson', { ...citizen, evidence })}`, followingIt());
    expect(right).toMatchObject({ code: 0, json: { imported: 1 } });
    expect(readdirSync(real).filter((name) => name.startsWith('keys'))).toEqual([]);
  });

  it.each(['development', 'test'])('is not opened by any command of the %s profile', async (profile) => {
    const before = kept(real);
    for (const line of ['clients list', 'keys list', 'people show 001190000001 --reason x', 'serve', 'phone list']) {
      const refused = await senid(line, { ...followingIt(), SENID_PROFILE: profile });
      expect(refused, line).toMatchObject({ code: 1, json: { code: 'profile_mismatch' } });
      expect(JSON.stringify(refused.json)).toContain('made for production');
    }
    expect(kept(real)).toEqual(before);
  });

  it('is not opened by the demo', async () => {
    copyFileSync(keys, join(real, 'keys.json'));
    const before = kept(real);
    const refused = await senid('demo', { SENID_DATA_DIR: real });
    expect(refused).toMatchObject({ code: 1, json: { code: 'profile_mismatch' } });
    expect(kept(real)).toEqual(before);
    rmSync(join(real, 'keys.json'));
  });
});

describe('a store that was made for trying out', () => {
  it.each(['development', 'test'])('never serves production (%s)', async (profile) => {
    const place = await madeFor(profile, `tried-${profile}`);
    for (const line of ['serve', 'clients list', 'people show 001190000001 --reason x']) {
      const refused = await senid(line, asProduction(place));
      expect(refused, line).toMatchObject({ code: 1, json: { code: 'profile_mismatch' } });
      expect(JSON.stringify(refused.json)).toContain(`SENID_PROFILE=${profile} to go on trying out`);
    }
    // `serve` is production unless told otherwise, and says what is wrong before it asks for production's settings
    expect(await senid('serve', { SENID_DATA_DIR: place })).toMatchObject({ code: 1, json: { code: 'profile_mismatch' } });
  });

  it('is what a newcomer works on without any setting, evidence filled in', async () => {
    const place = await madeFor('development', 'laptop');
    const listed = await senid('clients list', { SENID_DATA_DIR: place });
    expect(listed).toMatchObject({ code: 0, json: [] });
    const imported = await senid(`people import ${file('laptop.ndjson', citizen)}`, { SENID_DATA_DIR: place });
    expect(imported).toMatchObject({ code: 0, json: { imported: 1 } });
  });
});

describe('where there is no store yet', () => {
  it('a command without a profile is production and makes nothing', async () => {
    const imported = await senid(`people import ${file('first.ndjson', citizen)}`, { SENID_DATA_DIR: at('none') });
    expect(imported).toMatchObject({ code: 1, json: { code: 'settings_invalid' } });
    expect(JSON.stringify(imported.json)).toContain('npm start');
    const withIssuer = await senid('clients list', { SENID_DATA_DIR: at('none'), SENID_ISSUER: 'https://id.example' });
    expect(withIssuer).toMatchObject({ code: 1, json: { code: 'key_file_missing' } });
    expect(existsSync(at('none'))).toBe(false);
  });

  it('doctor says how production comes by its keys, and that trying out makes its own', async () => {
    expect(await senid('doctor', asProduction(at('none')))).toMatchObject({
      code: 1,
      json: expect.arrayContaining([
        { check: 'key file', ok: false, says: expect.stringContaining('32 random bytes in base64url') },
      ]),
    });
    expect(await senid('doctor', { SENID_PROFILE: 'development', SENID_DATA_DIR: at('none') })).toMatchObject({ code: 0 });
    expect(existsSync(at('none'))).toBe(false);
  });
});

describe('the key file', () => {
  it('of development never serves production, also beside a new store', async () => {
    const keys = file('made-keys.json', freshKeys('development'));
    const settings = { ...asProduction(at('fresh')), SENID_KEY_FILE: keys };
    for (const line of ['clients list', 'serve']) {
      const refused = await senid(line, settings);
      expect(refused).toMatchObject({ code: 1, json: { code: 'key_file_of_development' } });
    }
    expect(await senid('doctor', settings)).toMatchObject({ code: 1 });
    expect(existsSync(at('fresh'))).toBe(false);
    await madeFor('development', 'marked');
    expect(JSON.parse(readFileSync(at('marked', 'keys.json'), 'utf8'))).toMatchObject({ profile: 'development' });
  });

  it.each(['development', 'production'])('that was lost is asked for, never made anew (%s)', async (profile) => {
    const name = `lost-${profile}`;
    const keys = file(`${name}.json`, freshKeys());
    const place = await madeFor(profile, name, keys);
    rmSync(keys);
    const before = kept(place);
    const settings = { SENID_DATA_DIR: place, SENID_KEY_FILE: keys, SENID_ISSUER: 'https://id.example', SENID_PROFILE: profile };
    for (const line of ['clients list', 'serve', 'people show 001190000001 --reason x']) {
      const refused = await senid(line, settings);
      expect(refused, line).toMatchObject({ code: 1, json: { code: 'key_file_missing' } });
      expect(JSON.stringify(refused.json)).toContain(`${keys} is missing: restore your copy`);
    }
    expect((await senid('doctor', settings)).out).toContain('is missing: restore your copy');
    expect(existsSync(keys)).toBe(false);
    expect(kept(place)).toEqual(before);
  });

  it('of another installation is recognised before anything is read or written', async () => {
    const place = await madeFor('development', 'swapped');
    file(join('swapped', 'keys.json'), freshKeys());
    const before = kept(place);
    for (const line of ['clients list', 'serve', 'people show 001190000001 --reason x']) {
      const refused = await senid(line, { SENID_DATA_DIR: place, SENID_PROFILE: 'development' });
      expect(refused, line).toMatchObject({ code: 1, json: { code: 'key_file_wrong' } });
    }
    expect((await senid('doctor', { SENID_DATA_DIR: place })).out).toContain('is not the one that the store');
    expect(kept(place)).toEqual(before);
  });
});

it('doctor makes nothing on a store that nothing has served yet, signing keys included', async () => {
  const application = await compose(loadSettings({ SENID_PROFILE: 'test', SENID_DATA_DIR: at('imported') }));
  await application.close();
  const before = kept(at('imported'), withoutWriteCount);
  const looked = await senid('doctor', { SENID_DATA_DIR: at('imported') });
  expect(looked).toMatchObject({ code: 0, out: expect.stringContaining('signing keys are made when it first serves') });
  expect(kept(at('imported'), withoutWriteCount)).toEqual(before);
});

it('the store and what SQLite puts beside it are readable by their owner alone, also those of an earlier version', async () => {
  const settings = loadSettings({ SENID_PROFILE: 'test', SENID_DATA_DIR: at('private') });
  const others = (): string[] => readdirSync(at('private')).filter((name) => (statSync(at('private', name)).mode & 0o077) !== 0);
  for (const _start of ['first', 'second']) {
    const application = await compose(settings);
    await application.signingKeys.load();
    expect(readdirSync(at('private'))).toEqual(expect.arrayContaining(['senid.sqlite', 'senid.sqlite-shm', 'senid.sqlite-wal']));
    expect(others()).toEqual([]);
    await application.close();
    chmodSync(at('private', 'senid.sqlite'), 0o644);
  }
});
