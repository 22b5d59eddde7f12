import { createServer, type Server } from 'node:http';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clients } from '#src/clients/collections.ts';
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

/** Something inside that must not be reached: it counts whoever comes, also without a request. */
let canary: Server;
let inside: string;
let came: string[] = [];
/** One that may reach private addresses, so that nothing but intention keeps it from there; and one that may not. */
let free: TestProvider;
let guarded: TestProvider;

beforeAll(async () => {
  canary = createServer((request, response) => {
    came.push(request.url ?? '');
    response.setHeader('content-type', 'application/json').end('{"keys":[]}');
  });
  canary.on('connection', () => came.push('connection'));
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
  inside = `127.0.0.1:${(canary.address() as { port: number }).port}`;
  [free, guarded] = await Promise.all([
    startProvider({ environment: { SENID_OUTBOUND_PRIVATE: 'true' } }),
    startProvider({ environment: { SENID_OUTBOUND_PRIVATE: 'false' } }),
  ]);
  await free.addPerson(lan);
});
afterAll(async () => {
  await Promise.all([free?.stop(), guarded?.stop()]);
  canary.close();
});
beforeEach(() => {
  came = [];
});

/** Whatever a service can do with its registration: it is put, shown, approved by a sign-in, and signs out again. */
async function useEverything(provider: TestProvider, id: string, more: object): Promise<void> {
  const service = await Service.register(provider, id, more);
  const browser = new FormBrowser();
  const { tokens } = await service.signIn(browser, lan, { scope: 'openid profile' }, ['name']);
  await service.userinfo(tokens);
  await service.post('/token/introspection', { token: tokens.access_token });
  const end = new URLSearchParams({ id_token_hint: tokens.id_token });
  const ask = await browser.open(`${provider.issuer}/session/end?${end}`);
  await browser.press(ask, 'continue');
}

describe('addresses that are shown and never fetched', () => {
  it.each(['logo_uri', 'client_uri', 'policy_uri', 'tos_uri', 'policy_uri#en'])('%s', async (member) => {
    await useEverything(free, `shown-${member.replace('#', '-')}`, { [member]: `http://${inside}/${member}` });
    expect(came).toEqual([]);
  });

  it('initiate_login_uri', async () => {
    await useEverything(free, 'initiated', { initiate_login_uri: `https://${inside}/start` });
    expect(came).toEqual([]);
  });

  it('redirect_uris and post_logout_redirect_uris, which only the browser opens', async () => {
    const service = await Service.register(free, 'redirected', {
      redirect_uris: [`http://${inside}/cb`, 'http://localhost:9/redirected/callback'],
      sector: 'redirected.example',
    });
    const page = await new FormBrowser().open(service.authorize({ redirect_uri: `http://${inside}/cb` }).url);
    expect(page.status).toBe(200);
    expect(came).toEqual([]);
  });

  it('sector, which is a name and no address', async () => {
    await useEverything(free, 'sectored', { sector: '127.0.0.1.nip.example' });
    expect(await refusalOf({ sector: `http://${inside}/sector` })).toMatch(/^sector: /);
    expect(came).toEqual([]);
  });
});

async function refusalOf(more: object, provider = guarded): Promise<string | undefined> {
  return Service.register(provider, 'refused', more).then(
    () => undefined,
    (refused: { detail?: string }) => refused.detail,
  );
}

describe('addresses that nothing here reads, and so nobody registers', () => {
  it.each([
    ['sector_identifier_uri', (host: string) => `https://${host}/s`],
    ['request_uris', (host: string) => [`https://${host}/r`]],
    ['backchannel_logout_uri', (host: string) => `https://${host}/out`],
    ['frontchannel_logout_uri', (host: string) => `https://${host}/out`],
    ['signed_jwks_uri', (host: string) => `https://${host}/keys`],
  ] as const)('%s', async (member, value) => {
    expect(await refusalOf({ [member]: value(inside) })).toBe(`${member}: not supported by this version`);
    expect(came).toEqual([]);
  });

  it('request_uri of a request is not fetched either', async () => {
    const service = await Service.register(free, 'by-reference');
    await new FormBrowser().open(service.authorize({ request_uri: `http://${inside}/request.jwt` }).url, {}, service.redirectUri);
    expect(came).toEqual([]);
  });
});

describe('jwks_uri, the one address that is fetched', () => {
  const keys = (address: string) => ({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: address });

  async function authenticate(provider: TestProvider, id: string): Promise<number> {
    const { privateKey } = await generateKeyPair('ES256');
    const assertion = await new SignJWT({ jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: 'ES256', kid: 'any' })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(provider.issuer)
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(privateKey);
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code: 'x',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
    return (await fetch(`${provider.issuer}/token`, { method: 'POST', body })).status;
  }

  it('is fetched when a request is signed with its keys', async () => {
    await Service.register(free, 'keyed', keys(`http://${inside}/keys`));
    expect(came).toEqual([]);
    expect(await authenticate(free, 'keyed')).toBe(401);
    expect(came).toContain('/keys');
  });

  it.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', '0'])('is not registered at %s', async (host) => {
    const address = `http://${host}:${inside.split(':')[1]}/keys`;
    expect(await refusalOf(keys(address))).toMatch(/^jwks_uri: .* is a private address/);
    expect(came).toEqual([]);
  });

  it('is not connected to where it was registered before this deployment was closed to private addresses', async () => {
    const other = await startProvider({ environment: { SENID_OUTBOUND_PRIVATE: 'true', SENID_ISSUER: guarded.issuer } });
    await Service.register(other, 'older', keys(`http://${inside}/keys`));
    const { store } = other.application;
    const [document] = await store.getMany(clients, ['older']);
    await guarded.application.store.insert(clients, document as never);
    await other.stop();
    expect(await authenticate(guarded, 'older')).toBe(401);
    expect(came).toEqual([]);
  });
});
