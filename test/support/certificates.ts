import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as never);

/** What tests put into certificates; the library wants to be loaded after its polyfill, as it is here. */
export { x509 as extensions };

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface Certificate {
  readonly pem: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly issued: x509.X509Certificate;
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as never;
const days = (count: number): Date => new Date(Date.now() + count * 86_400_000);

interface Wanted {
  /** RFC 4514. */
  readonly name: string;
  readonly issuer?: Certificate;
  readonly isAuthority?: boolean;
  readonly from?: Date;
  readonly to?: Date;
  readonly alternativeNames?: x509.JsonGeneralNames;
  /** Beside them. */
  readonly extensions?: readonly x509.Extension[];
}

/** An X.509 certificate, self-signed unless an issuer is given. */
export async function makeCertificate(wanted: Wanted): Promise<Certificate> {
  const keys = await newKeys();
  const common = {
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex'),
    notBefore: wanted.from ?? days(-1),
    notAfter: wanted.to ?? days(30),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(wanted.isAuthority === true, undefined, true),
      ...(wanted.alternativeNames === undefined ? [] : [new x509.SubjectAlternativeNameExtension(wanted.alternativeNames)]),
      ...(wanted.extensions ?? []),
    ],
  };
  const { issuer } = wanted;
  const issued =
    issuer === undefined
      ? await x509.X509CertificateGenerator.createSelfSigned({ ...common, name: wanted.name, keys })
      : await x509.X509CertificateGenerator.create({
          ...common,
          subject: wanted.name,
          issuer: issuer.issued.subject,
          publicKey: keys.publicKey,
          signingKey: issuer.keys.privateKey,
        });
  return { pem: issued.toString('pem'), keys, issued };
}
