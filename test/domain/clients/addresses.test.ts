import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientWorld, openClientWorld } from '#test/support/client-world.ts';

let development: ClientWorld;
let production: ClientWorld;
let closedNetwork: ClientWorld;
beforeAll(async () => {
  development = await openClientWorld();
  production = await openClientWorld({ isProduction: true, mayReachPrivate: false });
  closedNetwork = await openClientWorld({ isProduction: true, mayReachPrivate: true });
});
afterAll(() => Promise.all([development, production, closedNetwork].map((world) => world.close())));

const keysAt = (address: string) => ({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: address });

describe('addresses in a registration', () => {
  it.each([
    'http://localhost/keys',
    'https://localhost/keys',
    'https://keys.localhost./keys',
    'https://127.0.0.1/keys',
    'https://2130706433/keys',
    'https://0x7f.1/keys',
    'https://10.1.2.3/keys',
    'https://172.31.0.1/keys',
    'https://192.168.1.1/keys',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/keys',
    'https://[::1]/keys',
    'https://[::ffff:10.0.0.1]/keys',
    'https://[::ffff:0:a9fe:a9fe]/keys',
    'https://[fd00::1]/keys',
    'https://[fe80::1]/keys',
    'https://intranet/keys',
    'https://metadata.google.internal/keys',
    'http://keys.example/keys',
    'file:///etc/passwd',
    'nonsense',
  ])('do not let the provider be sent to %s in production', async (address) => {
    expect(await production.refusal(keysAt(address))).toMatch(/^jwks_uri: /);
  });

  it.each([
    'https://lan:SECRET@shop.example/cb',
    'https://SECRET@@shop.example/cb',
    'https://lan:SECRET@[/cb',
    'http:lan:SECRET@x',
  ])('do not bring a password in a refused address into the logs: %s', async (address) => {
    for (const member of ['redirect_uris', 'post_logout_redirect_uris']) {
      const refusal = await production.refusal({ [member]: [address] });
      expect(refusal).toMatch(new RegExp(`^${member}: `));
      expect(refusal).not.toContain('SECRET');
    }
  });

  it.each(['https://keys.example/keys', 'https://203.0.113.7/keys', 'https://[2001:db8::1]/keys'])(
    'let the provider fetch keys from %s in production',
    async (address) => {
      expect(await production.refusal(keysAt(address))).toBeUndefined();
    },
  );

  it.each([
    'http://shop.example/events',
    'https://127.0.0.1/events',
    'https://localhost/events',
    'https://user:secret@shop.example/events',
    'https://shop.example/events#x',
    'ftp://shop.example/events',
    'nonsense',
  ])('do not let the provider push events to %s in production', async (address) => {
    expect(await production.refusal({ consent_event_uri: address })).toMatch(/^consent_event_uri: /);
  });

  it('let the provider push events to the web, and are shown as they were put', async () => {
    const address = 'https://shop.example/events';
    expect(await production.refusal({ consent_event_uri: address })).toBeUndefined();
    expect(await production.registry.show('shop')).toMatchObject({ consent_event_uri: address });
  });

  it('may be private on a closed network, and plain in development', async () => {
    expect(await closedNetwork.refusal(keysAt('https://10.1.2.3/keys'))).toBeUndefined();
    expect(await closedNetwork.refusal(keysAt('http://10.1.2.3/keys'))).toBe('jwks_uri: must be https in production');
    expect(await development.refusal(keysAt('http://localhost:4002/keys'))).toBeUndefined();
  });

  it.each(['https://shop.example/cb#token', 'https://shop.example/cb#', '/cb', 'javascript:alert(1)', 'nonsense'])(
    'do not let answers go to %s',
    async (address) => {
      expect(await development.refusal({ redirect_uris: [address] })).toMatch(/^redirect_uris/);
    },
  );

  it('do not let codes travel in the clear in production, but on loopback', async () => {
    expect(await production.refusal({ redirect_uris: ['http://shop.example/cb'] })).toMatch(
      /^redirect_uris: .*https in production/,
    );
    expect(await production.refusal({ redirect_uris: ['http://localhost:9/cb'] })).toBeUndefined();
  });

  it('do not leave open whose subject identifiers two hosts get', async () => {
    const two = { client_id: 'two', redirect_uris: ['https://a.example/cb', 'https://b.example/cb'] };
    expect(await development.refusal(two)).toMatch(/^sector: redirect_uris name several hosts/);
    expect(await development.refusal({ ...two, sector: 'a b' })).toBe('sector: expected a host name');
  });

  it('do not leave a client without a sector that the library can read', async () => {
    const job = { client_id: 'urn:job:1', grant_types: ['client_credentials'], redirect_uris: [] };
    expect(await development.refusal(job)).toMatch(/^sector: needed/);
    expect(await development.refusal({ ...job, sector: 'jobs.example' })).toBeUndefined();
  });
});

describe('secrets in a registration', () => {
  it('do not let a guessable secret guard a service in production', async () => {
    expect(await production.refusal({ client_secret: 'a'.repeat(21) })).toMatch(/^client_secret: at least 22 characters/);
    expect(await production.refusal({ client_secret: 'Xk29fLw0qPz7Rb4TnV8cYm' })).toBeUndefined();
    expect(await development.refusal({ client_secret: 'short' })).toBeUndefined();
  });

  it('do not stand where nothing reads them', async () => {
    expect(await development.refusal({ client_secret: 'x', token_endpoint_auth_method: 'none' })).toBe(
      'client_secret: token_endpoint_auth_method none uses none',
    );
  });

  it.each([
    ['EC', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ])('do not come as a private %s key', async (_, { privateKey }) => {
    const keys = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [privateKey.export({ format: 'jwk' })] } };
    expect(await development.refusal(keys)).toMatch(/^jwks: keys\.0 holds a private key/);
  });

  it('do not come under one name twice, nor with an end that is none', async () => {
    const jwk = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }), kid: 'k' };
    const keys = (...set: object[]) => ({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: set } });
    expect(await development.refusal(keys(jwk, jwk))).toBe('jwks: the kid k stands twice');
    expect(await development.refusal(keys({ ...jwk, exp: 'soon' }))).toMatch(/^jwks: keys\.0\.exp: /);
    expect(await development.refusal(keys({ ...jwk, exp: 1_900_000_000 }, { ...jwk, kid: 'other' }))).toBeUndefined();
  });
});
