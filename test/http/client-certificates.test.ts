import { createHash, randomUUID, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '#config/load.ts';
import { systemClock } from '#src/kernel/clock.ts';
import { createClientCertificates } from '#src/oidc/client-certificate.ts';
import { type Certificate, extensions, makeCertificate } from '#test/support/certificates.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const { ExtendedKeyUsage, ExtendedKeyUsageExtension, Extension, KeyUsageFlags, KeyUsagesExtension } = extensions;

let provider: TestProvider;
let directory: string;
let authority: Certificate;
let own: Certificate;
let ended: Certificate;
beforeAll(async () => {
  authority = await makeCertificate({ name: 'CN=Root of banks,C=VN', isAuthority: true });
  ended = await makeCertificate({ name: 'CN=Root of before', isAuthority: true, to: new Date(Date.now() - 1000) });
  own = await makeCertificate({ name: 'CN=self-signed bank' });
  directory = mkdtempSync(join(tmpdir(), 'senid-certificates-'));
  const file = join(directory, 'authorities.pem');
  writeFileSync(file, `${authority.pem}\n${ended.pem}`);
  provider = await startProvider({
    environment: {
      SENID_TRUST_PROXY: 'true',
      SENID_CLIENT_CERT_HEADER: 'Client-Cert',
      SENID_CLIENT_CERT_AUTHORITIES: file,
      SENID_MTLS_URL: 'https://mtls.id.example',
    },
  });
  await provider.addPerson(lan);
});
afterAll(async () => {
  await provider.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** As RFC 9440 writes it. */
const structured = ({ pem }: Certificate): string => `:${new X509Certificate(pem).raw.toString('base64')}:`;

const introspect = async (id: string, header: string | undefined): Promise<number> => {
  const response = await fetch(`${provider.issuer}/token/introspection`, {
    method: 'POST',
    headers: header === undefined ? {} : { 'client-cert': header },
    body: new URLSearchParams({ client_id: id, token: 'x' }),
  });
  return response.status;
};

const jwkOf = async ({ keys, pem }: Certificate) => ({
  ...(await crypto.subtle.exportKey('jwk', keys.publicKey)),
  kid: randomUUID(),
  x5c: [new X509Certificate(pem).raw.toString('base64')],
});

async function registerSelfSigned(id: string, certificate: Certificate, more: object = {}): Promise<Service> {
  const { key_ops: _, ext: __, ...key } = await jwkOf(certificate);
  return Service.register(provider, id, {
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    tls_client_certificate_bound_access_tokens: true,
    jwks: { keys: [key] },
    ...more,
  });
}

describe('a service that is known by a certificate of its own', () => {
  beforeAll(async () => {
    await registerSelfSigned('self', own);
  });

  it.each([
    ['as RFC 9440 writes it', structured],
    ['as nginx hands it on', ({ pem }: Certificate) => encodeURIComponent(pem)],
    ['as Traefik hands it on', ({ pem }: Certificate) => encodeURIComponent(new X509Certificate(pem).raw.toString('base64'))],
  ])('is taken with it, %s', async (_, write) => {
    expect(await introspect('self', write(own))).toBe(200);
  });

  it('is refused without one, with another, with one whose time is over, and with what is none', async () => {
    const [other, over] = [
      await makeCertificate({ name: 'CN=self-signed bank' }),
      await makeCertificate({ name: 'CN=late', from: new Date(Date.now() - 2e8), to: new Date(Date.now() - 1e8) }),
    ];
    await registerSelfSigned('late', over);
    expect(await introspect('self', undefined)).toBe(401);
    expect(await introspect('self', structured(other))).toBe(401);
    expect(await introspect('late', structured(over))).toBe(401);
    for (const garbage of [':AAAA:', '%', 'x'.repeat(5000), `${structured(own)}, ${structured(own)}`])
      expect(await introspect('self', garbage)).toBe(401);
  });

  it('gets tokens that only its certificate opens', async () => {
    const bound = await registerSelfSigned('bound', own);
    const { url, verifier } = bound.authorize();
    const browser = new FormBrowser();
    let page = await browser.open(url, {}, bound.redirectUri);
    page = await browser.press(page, 'continue', { id_number: lan.id_number, password: lan.password }, bound.redirectUri);
    page = await browser.press(page, 'approve', {}, bound.redirectUri);
    const redeem = (header: Record<string, string>) =>
      fetch(`${provider.issuer}/token`, {
        method: 'POST',
        headers: header,
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: 'bound',
          code: new URL(page.url).searchParams.get('code') ?? '',
          redirect_uri: bound.redirectUri,
          code_verifier: verifier,
        }),
      });
    expect((await redeem({})).status).toBe(401);
    const tokens = (await (await redeem({ 'client-cert': structured(own) })).json()) as { access_token: string };
    const userinfo = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${provider.issuer}/me`, { headers: { authorization: `Bearer ${tokens.access_token}`, ...headers } })).status;
    const thief = await makeCertificate({ name: 'CN=self-signed bank' });
    expect(await userinfo({})).toBe(401);
    expect(await userinfo({ 'client-cert': structured(thief) })).toBe(401);
    expect(await userinfo({ 'client-cert': structured(own) })).toBe(200);
    const introspected = await fetch(`${provider.issuer}/token/introspection`, {
      method: 'POST',
      headers: { 'client-cert': structured(own) },
      body: new URLSearchParams({ client_id: 'bound', token: tokens.access_token }),
    });
    const thumbprint = createHash('sha256').update(new X509Certificate(own.pem).raw).digest('base64url');
    expect(await introspected.json()).toMatchObject({ active: true, cnf: { 'x5t#S256': thumbprint } });
  });

  it('opens interfaces of our own with a token of its own only where its certificate is shown', async () => {
    await registerSelfSigned('linking', own, { grant_types: ['authorization_code', 'client_credentials'] });
    const answer = await fetch(`${provider.issuer}/token`, {
      method: 'POST',
      headers: { 'client-cert': structured(own) },
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'linking' }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const look = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${provider.issuer}/links/user-1`, { headers: { authorization: `Bearer ${token}`, ...headers } })).status;
    const thief = await makeCertificate({ name: 'CN=self-signed bank' });
    expect([await look({}), await look({ 'client-cert': structured(thief) })]).toEqual([401, 401]);
    expect(await look({ 'client-cert': structured(own) })).toBe(404);
  });
});

describe('a service that is known by the name in a certificate', () => {
  const named = (id: string, members: object) =>
    Service.register(provider, id, { token_endpoint_auth_method: 'tls_client_auth', ...members });
  /** The name in the order of the certificate, which RFC 4514 writes from its end. */
  const issue = (name: string, more: object = {}) => makeCertificate({ name, issuer: authority, ...more });

  it('is taken with that name in any of its spellings, from the authority', async () => {
    await named('dn', { tls_client_auth_subject_dn: 'cn=Hoa Sen\\, the bank,O=Ngân hàng,C=VN' });
    expect(await introspect('dn', structured(await issue('C=VN, O=Ngân hàng, CN=Hoa Sen\\, the bank')))).toBe(200);
  });

  it.each([
    ['a longer name', 'C=VN, O=Ngân hàng, OU=evil, CN=Hoa Sen\\, the bank'],
    ['a shorter name', 'CN=Hoa Sen\\, the bank'],
    ['a name that hides another in it', 'C=VN, O=Ngân hàng\\, CN=Hoa Sen\\, the bank'],
    ['another order', 'CN=Hoa Sen\\, the bank, O=Ngân hàng, C=VN'],
  ])('is refused with %s', async (_, name) => {
    expect(await introspect('dn', structured(await issue(name)))).toBe(401);
  });

  it('is refused with the right name from nobody, from an authority of its own, or issued by a service', async () => {
    const name = 'C=VN, O=Ngân hàng, CN=Hoa Sen\\, the bank';
    const evil = await makeCertificate({ name: 'CN=Root of banks,C=VN', isAuthority: true });
    const service = await issue('CN=some service');
    expect(await introspect('dn', structured(await makeCertificate({ name })))).toBe(401);
    expect(await introspect('dn', structured(await makeCertificate({ name, issuer: evil })))).toBe(401);
    expect(await introspect('dn', structured(await makeCertificate({ name, issuer: service })))).toBe(401);
    expect(await introspect('dn', structured(await issue(name, { to: new Date(Date.now() - 1000) })))).toBe(401);
  });

  it.each([
    ['servers alone', new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth], true), 401],
    ['servers alone, as a hint', new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth], false), 401],
    ['servers and clients', new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth], true), 200],
    ['encipherment alone', new KeyUsagesExtension(KeyUsageFlags.keyEncipherment, true), 401],
    ['signatures', new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true), 200],
    ['something critical that nobody here knows', new Extension('1.3.6.1.4.1.99999.1', true, new Uint8Array([5, 0])), 401],
    ['something else that may be passed over', new Extension('1.3.6.1.4.1.99999.1', false, new Uint8Array([5, 0])), 200],
  ])('with the right name in a certificate for %s is answered as that allows', async (_, extension, status) => {
    const name = 'C=VN, O=Ngân hàng, CN=Hoa Sen\\, the bank';
    expect(await introspect('dn', structured(await issue(name, { extensions: [extension] })))).toBe(status);
  });

  it('is refused with the right name from an authority whose own time is over', async () => {
    const name = 'C=VN, O=Ngân hàng, CN=Hoa Sen\\, the bank';
    expect(await introspect('dn', structured(await issue(name, { issuer: ended })))).toBe(401);
  });

  it('is not refused half: an authority that is limited in what it may certify is none', async () => {
    const limits = new Extension('2.5.29.30', true, new Uint8Array([0x30, 0]));
    const limited = await makeCertificate({ name: 'CN=Root of one bank', isAuthority: true, extensions: [limits] });
    const file = join(directory, 'limited.pem');
    writeFileSync(file, limited.pem);
    const settings = { clientCertHeader: 'client-cert', clientCertAuthorities: file };
    expect(() => createClientCertificates(settings, systemClock)).toThrow(/critical extension 2\.5\.29\.30/);
  });

  it.each([
    ['dns', 'tls_client_auth_san_dns', 'bank.example', 'evil.bank.example'],
    ['url', 'tls_client_auth_san_uri', 'https://bank.example/a,b', 'https://bank.example/a'],
    ['email', 'tls_client_auth_san_email', 'api@bank.example', 'api@bank.example.evil'],
    ['ip', 'tls_client_auth_san_ip', '192.0.2.7', '192.0.2.77'],
  ] as const)('is taken with a registered alternative name (%s), and with no other', async (type, member, value, wrong) => {
    const id = `san-${type}`;
    await named(id, { [member]: value });
    const withName = async (name: string) =>
      introspect(id, structured(await issue('CN=x', { alternativeNames: [{ type, value: name }] })));
    expect([await withName(value), await withName(wrong)]).toEqual([200, 401]);
  });
});

it('discovery names the addresses that ask for certificates', async () => {
  const discovery = (await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json()) as object;
  expect(discovery).toMatchObject({
    tls_client_certificate_bound_access_tokens: true,
    token_endpoint_auth_methods_supported: expect.arrayContaining(['tls_client_auth', 'self_signed_tls_client_auth']),
    mtls_endpoint_aliases: { token_endpoint: 'https://mtls.id.example/token' },
  });
});

it('a certificate from somewhere else than the proxy proves nothing: the header is only for a trusted proxy', () => {
  expect(() => loadSettings({ SENID_PROFILE: 'test', SENID_CLIENT_CERT_HEADER: 'client-cert' })).toThrow(/SENID_TRUST_PROXY/);
  expect(() => loadSettings({ SENID_PROFILE: 'test', SENID_MTLS_URL: 'https://m.example' })).toThrow(/SENID_CLIENT_CERT_HEADER/);
});
