import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const configuration = (dir: string): string => `
[dn]
[req]
distinguished_name=dn
[ca]
basicConstraints=critical,CA:true
keyUsage=critical,keyCertSign,cRLSign
[tsa]
extendedKeyUsage=critical,timeStamping
keyUsage=critical,digitalSignature
[odd]
extendedKeyUsage=critical,timeStamping
keyUsage=critical,digitalSignature
1.3.6.1.4.1.99999.1=critical,ASN1:NULL
[encipher]
extendedKeyUsage=critical,timeStamping
keyUsage=critical,keyEncipherment
[web]
extendedKeyUsage=critical,serverAuth
keyUsage=critical,digitalSignature
${['sha1', 'sha256', 'sha512'].map((named) => service(dir, named)).join('')}`;

const service = (dir: string, named: string): string => `
[${named}]
serial=${dir}/serial
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256
ess_cert_id_chain=no
ess_cert_id_alg=${named}
`;

/** How the authority misbehaves. */
export interface Faults {
  /** Answers every request with the first answer. */
  replay?: boolean;
  failing?: boolean;
  signer?: 'tsa' | 'other';
  /** The hash that names the signing certificate. */
  named?: 'sha1' | 'sha256' | 'sha512';
}

/** Says whether OpenSSL is here. In CI a missing one is a failure. */
export function canStamp(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env['CI'] === 'true') throw new Error('OpenSSL is missing: .ci/run installs it');
    console.warn('time-stamp tests skipped: no openssl on the PATH');
    return false;
  }
}

/** A time-stamp authority on OpenSSL, with a root of its own, and a second one that nobody trusts. */
export async function startTimeStampAuthority() {
  const dir = mkdtempSync(join(tmpdir(), 'senid-tsa-'));
  const at = (name: string): string => join(dir, name);
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: dir });
  writeFileSync(at('openssl.cnf'), configuration(dir));
  writeFileSync(at('serial'), '01\n');
  for (const name of ['tsa', 'other']) {
    const root = `${name}-root`;
    await openssl(
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${root}.key`, '-out', `${root}.pem`],
      ...['-subj', `/CN=Root of ${name}`, '-days', '30', '-config', 'openssl.cnf', '-extensions', 'ca'],
    );
    await openssl(
      ...['req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=Time of ${name}`],
      ...['-config', 'openssl.cnf'],
    );
    await openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', `${root}.pem`, '-CAkey', `${root}.key`, '-CAcreateserial', '-days', '30'],
      ...['-extfile', 'openssl.cnf', '-extensions', 'tsa', '-out', `${name}.pem`],
    );
  }
  // the same key once more, in other certificates
  const renew = (extensions: string, file: string): Promise<unknown> =>
    openssl(
      ...['x509', '-req', '-in', 'tsa.csr', '-CA', 'tsa-root.pem', '-CAkey', 'tsa-root.key', '-CAcreateserial', '-days', '30'],
      ...['-extfile', 'openssl.cnf', '-extensions', extensions, '-out', file],
    );
  // all of them before the first stamp: none counts of a certificate that is younger
  await renew('tsa', 'renewed.pem');
  for (const extensions of ['odd', 'encipher', 'web']) await renew(extensions, `${extensions}.pem`);
  const faults: Faults = {};
  let first: Buffer | undefined;
  let count = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', async () => {
      if (faults.failing === true) {
        response.writeHead(503).end();
        return;
      }
      count += 1;
      const signer = faults.signer ?? 'tsa';
      writeFileSync(at(`${count}.tsq`), Buffer.concat(parts));
      const { stdout } = await run(
        'openssl',
        ['ts', '-reply', '-config', 'openssl.cnf', '-section', faults.named ?? 'sha256', '-queryfile', `${count}.tsq`].concat([
          '-signer',
          `${signer}.pem`,
          '-inkey',
          `${signer}.key`,
          '-chain',
          `${signer}-root.pem`,
        ]),
        { cwd: dir, encoding: 'buffer' },
      );
      first ??= stdout;
      response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(faults.replay === true ? first : stdout);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}/`,
    authorities: at('tsa-root.pem'),
    /** Of the same key as the one that signs. */
    renewed: at('renewed.pem'),
    faults,
    /** The content of a token, signed once more with a certificate of these extensions. */
    async signAgain(content: Buffer, extensions: 'tsa' | 'odd' | 'encipher' | 'web'): Promise<Buffer> {
      writeFileSync(at('content.der'), content);
      await openssl(
        ...['cms', '-sign', '-binary', '-nodetach', '-cades', '-md', 'sha256', '-econtent_type', '1.2.840.113549.1.9.16.1.4'],
        ...['-in', 'content.der', '-signer', `${extensions}.pem`, '-inkey', 'tsa.key', '-outform', 'DER', '-out', 'again.der'],
      );
      return readFileSync(at('again.der'));
    },
    /** What OpenSSL itself says of a token over data. */
    async verifies(token: Buffer, data: string): Promise<boolean> {
      writeFileSync(at('token.der'), token);
      writeFileSync(at('data'), data);
      const args = ['ts', '-verify', '-in', 'token.der', '-token_in', '-data', 'data', '-CAfile', 'tsa-root.pem'];
      return openssl(...args).then(
        () => true,
        () => false,
      );
    },
    stop(): void {
      server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
