import { Integer, OctetString } from 'asn1js';
import * as pkijs from 'pkijs';
import type { Random } from '#src/kernel/random.ts';

const sha256 = '2.16.840.1.101.3.4.2.1';
const extendedKeyUsage = '2.5.29.37';
const timeStamping = '1.3.6.1.5.5.7.3.8';
const tstInfo = '1.2.840.113549.1.9.16.1.4';
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

/** The certificate is for time-stamps and for nothing else. @see RFC 3161, 2.3 */
function isForTimeStamps({ extensions = [] }: pkijs.Certificate): boolean {
  const usage = extensions.find(({ extnID }) => extnID === extendedKeyUsage);
  const purposes = (usage?.parsedValue as pkijs.ExtKeyUsage | undefined)?.keyPurposes ?? [];
  return usage?.critical === true && purposes.length === 1 && purposes[0] === timeStamping;
}

const commonNameOf = ({ subject }: pkijs.Certificate): string =>
  subject.typesAndValues
    .map(({ value }) => String((value as unknown as { valueBlock: { value: string } }).valueBlock.value))
    .join(', ');

/**
 * Signed by one of the authorities, over exactly this.
 * @param checkedAt when its certificates have to be good: now, or for one that was taken when it was new, the moment that it says itself
 * @throws where anything of it does not fit
 */
export async function verifyTimeStamp(
  token: Buffer,
  data: Buffer,
  authorities: readonly pkijs.Certificate[],
  checkedAt: 'now' | 'then' = 'now',
): Promise<TimeStamp> {
  const signed = new pkijs.SignedData({ schema: pkijs.ContentInfo.fromBER(token).content });
  const content = signed.encapContentInfo.eContent;
  if (content === undefined) return refuse('it has no content');
  // of another kind of content the library would compare nothing with the data
  if (signed.encapContentInfo.eContentType !== tstInfo) return refuse('it is no time-stamp');
  const info = pkijs.TSTInfo.fromBER(bytesOf(content));
  // the library compares the imprint with the data, and follows the chain
  const verdict = await signed.verify({
    signer: 0,
    trustedCerts: [...authorities],
    data: new Uint8Array(data).buffer,
    checkChain: true,
    ...(checkedAt === 'then' ? { checkDate: info.genTime } : {}),
    extendedMode: true,
  });
  const signer = verdict.signerCertificate;
  if (verdict.signatureVerified !== true || signer === undefined || signer === null)
    return refuse(verdict.message || 'its signature is not right');
  if (!isForTimeStamps(signer)) return refuse('its certificate is for something else');
  return { token, at: info.genTime.getTime(), authority: commonNameOf(signer) };
}

/** An answer to a request: granted, for this request. @throws where it is not, or does not count @see RFC 3161, 2.4.2 */
export async function readTimeStampResponse(
  der: Buffer,
  { nonce }: TimeStampRequest,
  data: Buffer,
  authorities: readonly pkijs.Certificate[],
): Promise<TimeStamp> {
  const { status, timeStampToken } = pkijs.TimeStampResp.fromBER(der);
  if (!granted.includes(status.status) || timeStampToken === undefined) return refuse('it was not granted');
  const token = Buffer.from(timeStampToken.toSchema().toBER(false));
  const stamp = await verifyTimeStamp(token, data, authorities);
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
