import { hash } from 'node:crypto';
import { type BitString, Integer, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import * as pkijs from 'pkijs';
import type { Random } from '#src/kernel/random.ts';

const sha256 = '2.16.840.1.101.3.4.2.1';
const [keyUsage, extendedKeyUsage] = ['2.5.29.15', '2.5.29.37'];
/** What is looked at here or by the library as it follows the chain: alternative names, basic and name constraints, policies. */
const readExtensions: readonly string[] = [
  keyUsage,
  extendedKeyUsage,
  ...['17', '19', '30', '32', '33', '36', '54'].map((last) => `2.5.29.${last}`),
];
/** Of key usage: `digitalSignature`, or `nonRepudiation`. */
const signatures = 0b1100_0000;
const timeStamping = '1.3.6.1.5.5.7.3.8';
const tstInfo = '1.2.840.113549.1.9.16.1.4';
const signingCertificate = '1.2.840.113549.1.9.16.2.12';
const signingCertificateV2 = '1.2.840.113549.1.9.16.2.47';
const granted: readonly number[] = [0, 1];

/** A time-stamp that was verified. */
export interface TimeStamp {
  /** The token (`TimeStampToken`), DER. */
  readonly token: Buffer;
  /** Milliseconds since the epoch, as the authority says. */
  readonly at: number;
  /** The authority's certificate's subject. */
  readonly authority: string;
}

export interface TimeStampRequest {
  /** `TimeStampReq`, DER. */
  readonly der: Buffer;
  readonly nonce: Buffer;
}

const bytesOf = (value: { readonly valueBlock: { readonly valueHexView: Uint8Array } }): Buffer =>
  Buffer.from(value.valueBlock.valueHexView);

/** A request for the SHA-256 of something, with a nonce of its own. @see RFC 3161, 2.4.1 */
export function timeStampRequest(imprint: Buffer, random: Random): TimeStampRequest {
  const nonce = random.bytes(16);
  // an integer in DER has one form: positive, and no zero byte in front
  nonce[0] = ((nonce[0] ?? 0) & 0x3f) | 0x40;
  const request = new pkijs.TimeStampReq({
    version: 1,
    messageImprint: new pkijs.MessageImprint({
      hashAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: sha256 }),
      hashedMessage: new OctetString({ valueHex: imprint }),
    }),
    nonce: new Integer({ valueHex: nonce }),
    certReq: true,
  });
  return { der: Buffer.from(request.toSchema().toBER(false)), nonce };
}

const refuse = (what: string): never => {
  throw new Error(`the time-stamp does not count: ${what}`);
};

/** The certificate is for time-stamps and for nothing else. @see RFC 3161, 2.3; RFC 5280, 4.2.1.3 */
function isForTimeStamps({ extensions = [] }: pkijs.Certificate): boolean {
  const signing = extensions.find(({ extnID }) => extnID === keyUsage)?.parsedValue as BitString | undefined;
  if (signing !== undefined && ((signing.valueBlock.valueHexView[0] ?? 0) & signatures) === 0) return false;
  const usage = extensions.find(({ extnID }) => extnID === extendedKeyUsage);
  const purposes = (usage?.parsedValue as pkijs.ExtKeyUsage | undefined)?.keyPurposes ?? [];
  return usage?.critical === true && purposes.length === 1 && purposes[0] === timeStamping;
}

const hashOf: Readonly<Record<string, 'sha1' | 'sha256' | 'sha384' | 'sha512'>> = {
  [sha256]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** The first `ESSCertID` or `ESSCertIDv2` of the attribute's `SEQUENCE { certs SEQUENCE OF … }`: which hash, and the hash. */
function certificateIdOf({ type, values }: pkijs.Attribute) {
  const [first] = ((values[0] as Sequence | undefined)?.valueBlock.value[0] as Sequence | undefined)?.valueBlock.value ?? [];
  const members = (first as Sequence | undefined)?.valueBlock.value ?? [];
  const certHash = members.find((member) => member instanceof OctetString);
  // the second kind names its hash in front, unless it is SHA-256
  const algorithm = members[0] instanceof Sequence ? members[0].valueBlock.value[0] : undefined;
  const named = algorithm instanceof ObjectIdentifier ? algorithm.getValue() : sha256;
  const hashed = type === signingCertificate ? 'sha1' : hashOf[named];
  return certHash === undefined || hashed === undefined ? undefined : { hashed, certHash: bytesOf(certHash) };
}

/**
 * The signature covers which certificate it was made with, so that no other one of the same key can take its place.
 * @see RFC 3161, 2.4.2; RFC 5816, 2.2
 */
function namesItsCertificate({ signerInfos }: pkijs.SignedData, signer: pkijs.Certificate): boolean {
  const attributes = signerInfos[0]?.signedAttrs?.attributes ?? [];
  const ids = attributes.filter(({ type }) => type === signingCertificate || type === signingCertificateV2).map(certificateIdOf);
  const der = Buffer.from(signer.toSchema().toBER(false));
  return ids.length > 0 && ids.every((id) => id !== undefined && hash(id.hashed, der, 'buffer').equals(id.certHash));
}

const commonNameOf = ({ subject }: pkijs.Certificate): string =>
  subject.typesAndValues
    .map(({ value }) => String((value as unknown as { valueBlock: { value: string } }).valueBlock.value))
    .join(', ');

/** @see RFC 5280, 4.2 */
function refuseUnread({ extensions = [] }: pkijs.Certificate): void {
  const unread = extensions.find(({ critical, extnID }) => critical && !readExtensions.includes(extnID));
  if (unread !== undefined) refuse(`nobody here reads the critical extension ${unread.extnID} of a certificate`);
}

function refuseOutOfTime({ notBefore, notAfter }: pkijs.Certificate, now: number): void {
  if (now < notBefore.value.getTime() || now > notAfter.value.getTime())
    refuse('the time is over or has not come of a certificate');
}

/**
 * Signed by one of the authorities, over exactly this, with certificates that were good at the moment that it says itself.
 * @param now of one that is new: they have to be good now too, so that nobody says another time with the key of an authority that has ended
 * @throws where anything of it does not fit
 */
export async function verifyTimeStamp(
  token: Buffer,
  data: Buffer,
  authorities: readonly pkijs.Certificate[],
  now?: number,
): Promise<TimeStamp> {
  const signed = new pkijs.SignedData({ schema: pkijs.ContentInfo.fromBER(token).content });
  const content = signed.encapContentInfo.eContent;
  if (content === undefined) return refuse('it has no content');
  // of another kind of content the library would compare nothing with the data
  if (signed.encapContentInfo.eContentType !== tstInfo) return refuse('it is no time-stamp');
  const info = pkijs.TSTInfo.fromBER(bytesOf(content));
  // the library compares the imprint with the data, and follows the chain as of the time that the token says
  const verdict = await signed.verify({
    signer: 0,
    trustedCerts: [...authorities],
    data: new Uint8Array(data).buffer,
    checkChain: true,
    extendedMode: true,
  });
  const signer = verdict.signerCertificate;
  if (verdict.signatureVerified !== true || signer === undefined || signer === null)
    return refuse(verdict.message || 'its signature is not right');
  if (!namesItsCertificate(signed, signer)) return refuse('it was signed with another certificate');
  if (!isForTimeStamps(signer)) return refuse('its certificate is for something else');
  for (const certificate of [signer, ...(verdict.certificatePath ?? [])]) {
    refuseUnread(certificate);
    if (now !== undefined) refuseOutOfTime(certificate, now);
  }
  return { token, at: info.genTime.getTime(), authority: commonNameOf(signer) };
}

/** An answer to a request: granted, for this request. @throws where it is not, or does not count @see RFC 3161, 2.4.2 */
export async function readTimeStampResponse(
  der: Buffer,
  { nonce }: TimeStampRequest,
  data: Buffer,
  authorities: readonly pkijs.Certificate[],
  now: number,
): Promise<TimeStamp> {
  const { status, timeStampToken } = pkijs.TimeStampResp.fromBER(der);
  if (!granted.includes(status.status) || timeStampToken === undefined) return refuse('it was not granted');
  const token = Buffer.from(timeStampToken.toSchema().toBER(false));
  const stamp = await verifyTimeStamp(token, data, authorities, now);
  const signed = new pkijs.SignedData({ schema: timeStampToken.content });
  const info = pkijs.TSTInfo.fromBER(bytesOf(signed.encapContentInfo.eContent ?? refuse('it has no content')));
  if (info.nonce === undefined || !bytesOf(info.nonce).equals(nonce)) return refuse('it answers another request');
  return stamp;
}

/** Every certificate of a PEM text. */
export const authoritiesOf = (pem: string): pkijs.Certificate[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g)].map(([, base64 = '']) =>
    pkijs.Certificate.fromBER(Buffer.from(base64, 'base64')),
  );
