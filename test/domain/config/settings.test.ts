import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSettings, SettingsError, saidProfile } from '#config/load.ts';
import { environmentName, settingsSchema } from '#config/schema.ts';
import { storeName } from '#src/storage/open-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'senid-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (content: string): string => {
  const path = join(folder, 'settings.json');
  writeFileSync(path, content);
  return path;
};
const test = { SENID_PROFILE: 'test' };

describe('settings', () => {
  it('have one description each, with a meaning', () => {
    for (const [name, schema] of Object.entries(settingsSchema.shape)) expect(schema.description, name).toMatch(/\.$/);
    expect(environmentName('dataDir')).toBe('SENID_DATA_DIR');
  });

  it('come from defaults, then the file, then the environment', () => {
    const settings = loadSettings(
      { ...test, SENID_PORT: '5001' },
      { file: file('{"port": 5000, "dataDir": "elsewhere", "trustProxy": true}') },
    );
    expect(settings).toMatchObject({
      port: 5001,
      trustProxy: true,
      sqlitePath: join('elsewhere', 'senid.sqlite'),
      keyFile: join('elsewhere', 'keys.json'),
      issuer: 'http://localhost:4000',
    });
    expect(loadSettings({ ...test, SENID_STORE: 'sqlite:/data/one.sqlite' })).toMatchObject({
      sqlitePath: '/data/one.sqlite',
      mongoUri: undefined,
    });
  });

  it('name a MongoDB by its connection string, which is never shown with its credentials', () => {
    for (const uri of [
      'mongodb://one:27017,two:27017/senid?replicaSet=rs',
      'mongodb+srv://id.example/senid',
      'mongodb://u:p%2Fw@one/senid?tls=true',
    ])
      expect(loadSettings({ ...test, SENID_STORE: uri }).mongoUri).toBe(uri);
    const named = loadSettings({ ...test, SENID_STORE: 'mongodb://senid:s3cret@one:1,two:2/senid?replicaSet=rs' });
    expect(storeName(named)).toBe('mongodb://one:1,two:2/senid');
  });

  it('are production unless told otherwise, and cannot be changed once read', () => {
    expect(loadSettings({ SENID_ISSUER: 'https://id.example' }).profile).toBe('production');
    const settings = loadSettings(test);
    expect(() => Object.assign(settings, { port: 1 })).toThrow(TypeError);
  });

  it.each([
    ['SENID_ISUER', { SENID_ISUER: 'https://id.example' }],
    ['SENID_PORT', { SENID_PORT: 'many' }],
    ['SENID_PORT', { SENID_PORT: '70000' }],
    ['SENID_PROFILE', { SENID_PROFILE: 'prod' }],
    ['SENID_ISSUER', { SENID_ISSUER: 'https://id.example/' }],
    ['SENID_ISSUER', { SENID_ISSUER: 'https://id.example?x' }],
    ['SENID_ISSUER', { SENID_ISSUER: 'ftp://id.example' }],
    ['SENID_STORE', { SENID_STORE: 'postgres://x' }],
    ['SENID_STORE', { SENID_STORE: 'mongodb://host' }],
    ['SENID_STORE', { SENID_STORE: 'mongodb://host/?replicaSet=rs' }],
    ['SENID_TRUST_PROXY', { SENID_TRUST_PROXY: 'yes' }],
    ['SENID_LOG_LEVEL', { SENID_LOG_LEVEL: 'loud' }],
    ['SENID_CLAIMS_PREFIX', { SENID_CLAIMS_PREFIX: 'https://id.example/claims' }],
  ])('that are unknown or wrong stop the start with their name: %s %j', (name, environment) => {
    expect(() => loadSettings({ ...test, ...environment })).toThrow(SettingsError);
    expect(() => loadSettings({ ...test, ...environment })).toThrow(name);
  });

  it.each([
    ['SENID_DEMO_PORT', 'abc', 'SENID_DEMO_PORT: expected a whole number from 1 to 65000'],
    ['SENID_DEMO_PORT', '4000.5', 'SENID_DEMO_PORT: expected a whole number from 1 to 65000'],
    ['SENID_PORT', '-1', 'SENID_PORT: expected a whole number from 0 to 65535'],
    ['SENID_ISSUER', 'id', 'SENID_ISSUER: expected an http or https address'],
  ])('say what was expected: %s=%s', (name, value, says) => {
    expect(() => loadSettings({ ...test, [name]: value })).toThrow(says);
  });

  it('tell whether anybody named a profile, so that a default never overrules the mark of a store', () => {
    expect(saidProfile({}, undefined)).toBeUndefined();
    expect(saidProfile({ SENID_PROFILE: '' }, file('{}'))).toBeUndefined();
    expect(saidProfile({}, file('{"profile": "test"}'))).toBe('test');
    expect(saidProfile({ SENID_PROFILE: 'production' }, file('{"profile": "test"}'))).toBe('production');
  });

  it.each([
    ['not JSON', '{port: 1}'],
    ['a list', '[]'],
    ['a member that is no setting', '{"prot": 1}'],
    ['nothing', ''],
  ])('do not come from a file with %s', (_what, content) => {
    expect(() => loadSettings(test, { file: file(content) })).toThrow(SettingsError);
  });

  it('do not come from a file that is not there', () => {
    expect(() => loadSettings(test, { file: join(folder, 'none.json') })).toThrow(SettingsError);
  });
});

describe('in production', () => {
  it('services never see an issuer without TLS', () => {
    expect(() => loadSettings({ SENID_ISSUER: 'http://id.example' })).toThrow('SENID_ISSUER must be https in production');
    expect(() => loadSettings({})).toThrow('SENID_ISSUER');
  });

  it('nobody opens a service without a second person, whatever the settings say', () => {
    const production = { SENID_ISSUER: 'https://id.example' };
    expect(loadSettings(production).openRegistration).toBe(false);
    expect(() => loadSettings({ ...production, SENID_OPEN_REGISTRATION: 'true' })).toThrow('SENID_OPEN_REGISTRATION');
    expect(loadSettings(test).openRegistration).toBe(false);
    expect(loadSettings({ ...test, SENID_OPEN_REGISTRATION: 'true' }).openRegistration).toBe(true);
    expect(loadSettings({ SENID_PROFILE: 'development' }).openRegistration).toBe(true);
  });

  it('outgoing requests do not reach private addresses unless told to', () => {
    const production = { SENID_ISSUER: 'https://id.example' };
    expect(loadSettings(production).outboundPrivate).toBe(false);
    expect(loadSettings({ ...production, SENID_OUTBOUND_PRIVATE: 'true' }).outboundPrivate).toBe(true);
    expect(loadSettings(test).outboundPrivate).toBe(true);
  });
});
