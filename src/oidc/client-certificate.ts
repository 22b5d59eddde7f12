import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Settings } from '#config/load.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { isForClients, unreadExtension } from './certificate-purpose.ts';

/** Every certificate of a PEM text. */
const certificatesOf = (pem: string): X509Certificate[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)].map(([one]) => new X509Certificate(one));

const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** As RFC 9440 has it (`:base64:`), as PEM or DER in percent-encoding (nginx, Traefik); anything else, and more than one, is no certificate. */
function readHeader(value: unknown): X509Certificate | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  try {
    const text = /^:(.*):$/.exec(value)?.[1] ?? decodeURIComponent(value);
    if (base64.test(text)) return new X509Certificate(Buffer.from(text, 'base64'));
    const [one, ...more] = certificatesOf(text);
    return more.length > 0 ? undefined : one;
  } catch {
    return undefined;
  }
}

/** One name of a distinguished name: `CN=…`, unescaped, the type in upper case. @see RFC 4514, 2.4 */
function readName(text: string): string {
  const at = text.indexOf('=');
  const value = text
    .slice(at + 1)
    .trim()
    .replace(/((?:\\[0-9A-Fa-f]{2})+)|\\(.)/g, (_, hex: string | undefined, sign: string) =>
      hex === undefined ? sign : Buffer.from(hex.replaceAll('\\', ''), 'hex').toString(),
    );
  return `${text.slice(0, at).trim().toUpperCase()}=${value.normalize('NFC')}`;
}

/** RFC 4514 writes the last name first, Node one a line in the order of the certificate. */
function isSubject({ subject }: X509Certificate, expected: string): boolean {
  const wanted = (expected.match(/(?:\\.|[^\\,])+/g) ?? []).map(readName).reverse();
  const held = (subject ?? '').split('\n').map(readName);
  return wanted.length === held.length && wanted.every((name, at) => name === held[at]);
}

const alternativeNames: Readonly<Record<string, string>> = {
  tls_client_auth_san_dns: 'DNS',
  tls_client_auth_san_uri: 'URI',
  tls_client_auth_san_ip: 'IP Address',
  tls_client_auth_san_email: 'email',
};

/** The entries of `subjectAltName`; Node quotes those with signs of its own notation as JSON. */
const entriesOf = ({ subjectAltName = '' }: X509Certificate): string[] =>
  (subjectAltName.match(/[A-Za-z ]+:(?:"(?:\\.|[^"\\])*"|[^,]*)/g) ?? []).map((entry) => {
    const [kind = '', value = ''] = [entry.slice(0, entry.indexOf(':')).trim(), entry.slice(entry.indexOf(':') + 1)];
    return `${kind}:${value.startsWith('"') ? (JSON.parse(value) as string) : value}`;
  });

/** What a deployment takes of client certificates, and the library's `mTLS` hooks for it. @see RFC 8705, 2 and 3 */
export interface ClientCertificates {
  /** A proxy in front ends TLS and hands them on. */
  readonly areTaken: boolean;
  /** Those of known authorities are told apart from self-signed ones. */
  readonly haveAuthorities: boolean;
  /** Undefined without one, for one whose time is over or has not come, and for one that is for something else. */
  getCertificate(ctx: KoaContextWithOIDC): X509Certificate | undefined;
  certificateAuthorized(ctx: KoaContextWithOIDC): boolean;
  certificateSubjectMatches(ctx: KoaContextWithOIDC, property: string, expected: string): boolean;
}

type CertificateSettings = Pick<Settings, 'clientCertHeader' | 'clientCertAuthorities'>;

const isInTime = ({ validFromDate, validToDate }: X509Certificate, now: number): boolean =>
  validFromDate.getTime() <= now && now < validToDate.getTime();

/** What an authority must not certify is not looked at here: one that is limited so cannot be trusted by half. */
function refuseLimited(authority: X509Certificate, file: string): void {
  const unread = unreadExtension(authority);
  if (unread !== undefined)
    throw new Error(`${file}: ${authority.subject} has the critical extension ${unread}, which is not read`);
}

function authoritiesIn(file: string | undefined): readonly X509Certificate[] {
  if (file === undefined) return [];
  const authorities = certificatesOf(readFileSync(file, 'utf8'));
  if (authorities.length === 0) throw new Error(`${file} holds no certificate`);
  for (const authority of authorities) refuseLimited(authority, file);
  return authorities;
}

/** Over the header that the proxy in front sets, and only it may set. @throws for a file of authorities that cannot be read */
export function createClientCertificates(
  { clientCertHeader, clientCertAuthorities }: CertificateSettings,
  clock: Clock,
): ClientCertificates {
  const header = clientCertHeader?.toLowerCase();
  const authorities = authoritiesIn(clientCertAuthorities);

  function getCertificate(ctx: KoaContextWithOIDC): X509Certificate | undefined {
    const certificate = header === undefined ? undefined : readHeader(ctx.req.headers[header]);
    if (certificate === undefined) return undefined;
    return isInTime(certificate, clock.now()) && isForClients(certificate) ? certificate : undefined;
  }

  return {
    areTaken: header !== undefined,
    haveAuthorities: authorities.length > 0,
    getCertificate,
    certificateAuthorized(ctx) {
      const certificate = getCertificate(ctx);
      const isIssuedBy = (authority: X509Certificate): boolean =>
        authority.ca &&
        isInTime(authority, clock.now()) &&
        certificate?.checkIssued(authority) === true &&
        certificate.verify(authority.publicKey);
      return certificate !== undefined && authorities.some(isIssuedBy);
    },
    certificateSubjectMatches(ctx, property, expected) {
      const certificate = getCertificate(ctx);
      if (certificate === undefined) return false;
      if (property === 'tls_client_auth_subject_dn') return isSubject(certificate, expected);
      const kind = alternativeNames[property];
      return kind !== undefined && entriesOf(certificate).includes(`${kind}:${expected}`);
    },
  };
}
