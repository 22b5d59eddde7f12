import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSettings } from '#config/load.ts';
import { demoSettings } from '#src/commands/demo-places.ts';
import { welcome } from '#src/commands/demo-welcome.ts';
import { childEnvironment } from '#test/support/child-environment.ts';
import { runSenid, senidBin } from '#test/support/run-senid.ts';
import { freePort } from '#test/support/running-provider.ts';

const folder = mkdtempSync(join(tmpdir(), 'senid-first-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const senid = (args: readonly string[], environment: Record<string, string> = {}) =>
  runSenid(args, { cwd: folder, ...environment });

describe('a data directory that cannot be', () => {
  it.each([
    ['/proc/nope', '/proc/nope cannot be made (ENOENT)'],
    ['/etc/passwd/x', '/etc/passwd is not a directory'],
  ])('is named in one line: %s', async (dataDir, says) => {
    const environment = { SENID_DATA_DIR: dataDir, SENID_DEMO_PORT: '16500' };
    const started = await senid(['demo'], environment);
    expect(started).toMatchObject({ code: 1, out: '', err: expect.stringContaining(says) });
    expect(started.err.trim().split('\n')).toHaveLength(1);
    const development = { ...environment, SENID_PROFILE: 'development' };
    expect(await senid(['clients', 'list', '--json'], development)).toMatchObject({
      code: 1,
      json: { code: 'settings_invalid', detail: expect.stringContaining(says) },
    });
    expect(await senid(['doctor', '--json'], development)).toMatchObject({
      code: 1,
      json: expect.arrayContaining([expect.objectContaining({ check: 'directory', ok: false })]),
    });
    // before the code is used up
    expect(await senid(['phone', 'enrol', 'AAAAA-AAAAA', '--json'], environment)).toMatchObject({
      code: 1,
      json: { code: 'settings_invalid' },
    });
  });

  it('nor is a store that is something else, and that stays as it is', async () => {
    const notes = join(folder, 'notes.txt');
    writeFileSync(notes, 'nothing to do with SenID\n', { mode: 0o644 });
    const environment = { SENID_PROFILE: 'development', SENID_STORE: `sqlite:${notes}` };
    for (const args of [
      ['clients', 'list', '--json'],
      ['serve', '--json'],
    ])
      expect(await senid(args, environment)).toMatchObject({ code: 1, json: { code: 'store_unavailable' } });
    expect(readFileSync(notes, 'utf8')).toBe('nothing to do with SenID\n');
  });
});

describe('the demo', () => {
  it.each([
    ['SENID_STORE', 'sqlite:elsewhere.sqlite', 'SENID_DATA_DIR'],
    ['SENID_KEY_FILE', 'elsewhere.json', 'SENID_DATA_DIR'],
    ['SENID_PORT', '5000', 'SENID_DEMO_PORT'],
    ['SENID_ISSUER', 'https://id.example', 'SENID_DEMO_PORT'],
  ])('does not pass over %s in silence', async (setting, value, instead) => {
    const refused = await senid(['demo', '--json'], { [setting]: value });
    expect(refused).toMatchObject({ code: 1, json: { code: 'settings_invalid', detail: expect.stringContaining(setting) } });
    expect((refused.json as { detail: string }).detail).toContain(instead);
    expect(existsSync(join(folder, '.data'))).toBe(false);
  });

  it('hands on what else it was told, and what follows from its first port may be said', () => {
    const given = { SENID_DEMO_PORT: '5000', SENID_ISSUER: 'http://localhost:5000', SENID_HOST: '127.0.0.1' };
    const { settings, environment } = demoSettings(given, undefined);
    expect(settings).toMatchObject({ profile: 'development', port: 5000, host: '127.0.0.1', logLevel: 'warn' });
    expect(loadSettings(environment)).toEqual(settings);
  });
});

describe('what the demo prints', () => {
  const commands = (environment: Record<string, string>): string[] => {
    const { places, settings } = demoSettings(environment, undefined);
    return welcome(places, settings, []).match(/^ .*npx senid .*$/gm) ?? [];
  };

  it('needs no setting where nothing was moved', () => {
    const plain = commands({});
    expect(plain).toHaveLength(4);
    for (const line of plain) expect(line.trim()).toMatch(/^npx senid p/);
  });

  it('works as it is printed where data or ports were moved', () => {
    const moved = commands({ SENID_DATA_DIR: "/tmp/it's here", SENID_DEMO_PORT: '16000' });
    expect(moved).toHaveLength(4);
    for (const line of moved)
      expect(line.trim()).toMatch(/^SENID_DATA_DIR='\/tmp\/it'\\''s here' SENID_DEMO_PORT=16000 npx senid /);
    for (const line of commands({ SENID_DATA_DIR: 'moved' }))
      expect(line).toContain(`SENID_DATA_DIR=${join(process.cwd(), 'moved')} npx senid`);
  });
});

it('a provider that does not answer is named by its address', async () => {
  const issuer = `http://localhost:${await freePort()}`;
  for (const args of [['--issuer', issuer], []] as const) {
    const refused = await senid(['phone', 'enrol', 'AAAAA-AAAAA', '--json', ...args], {
      SENID_DEMO_PORT: new URL(issuer).port,
      SENID_DATA_DIR: join(folder, 'phone'),
    });
    expect(refused).toMatchObject({ code: 1, json: { code: 'unreachable', detail: expect.stringContaining(issuer) } });
  }
});

it.skipIf(process.platform !== 'linux')('serve has a small heap, one process, its signals and its end', async () => {
  const port = String(await freePort());
  const child = spawn(process.execPath, [senidBin, 'serve'], {
    env: childEnvironment({
      SENID_PROFILE: 'test',
      SENID_ISSUER: `http://localhost:${port}`,
      SENID_PORT: port,
      SENID_DATA_DIR: join(folder, 'served'),
      SENID_LOG_LEVEL: 'silent',
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stderr.on('data', (text: Buffer) => (printed += text.toString()));
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')).toContain('--max-semi-space-size=');
  expect(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).toBe('');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(printed).toBe('');
});
