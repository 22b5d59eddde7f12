import type { X509Certificate } from 'node:crypto';
import {
  Boolean as Asn1Boolean,
  type BaseBlock,
  BitString,
  type Constructed,
  fromBER,
  type ObjectIdentifier,
  type OctetString,
} from 'asn1js';

const keyUsage = '2.5.29.15';
/** Those that are looked at: here, by Node (basic constraints), or where a name is compared. */
const read: readonly string[] = [keyUsage, '2.5.29.17', '2.5.29.19', '2.5.29.37'];
const clientAuth = '1.3.6.1.5.5.7.3.2';
const anyPurpose = '2.5.29.37.0';
const digitalSignature = 0x80;

interface Extension {
  readonly oid: string;
  readonly isCritical: boolean;
  /** DER. */
  readonly value: Uint8Array;
}

const partsOf = (block: BaseBlock | undefined): readonly BaseBlock[] => (block as Constructed | undefined)?.valueBlock.value ?? [];

/** @see RFC 5280, 4.1 */
function extensionsOf({ raw }: X509Certificate): Extension[] {
  const [signed] = partsOf(fromBER(new Uint8Array(raw)).result);
  const tagged = partsOf(signed).find(({ idBlock }) => idBlock.tagClass === 3 && idBlock.tagNumber === 3);
  return partsOf(partsOf(tagged)[0]).map((extension) => {
    const parts = partsOf(extension);
    const [oid, value] = [parts[0] as ObjectIdentifier, parts.at(-1) as OctetString];
    return {
      oid: oid.getValue(),
      isCritical: parts.some((part) => part instanceof Asn1Boolean && part.getValue()),
      value: value.valueBlock.valueHexView,
    };
  });
}

/** The object identifier of a critical extension that nobody here reads, so that the certificate must not be used. @see RFC 5280, 4.2 */
export const unreadExtension = (certificate: X509Certificate): string | undefined =>
  extensionsOf(certificate).find(({ oid, isCritical }) => isCritical && !read.includes(oid))?.oid;

function maySign(certificate: X509Certificate): boolean {
  const usage = extensionsOf(certificate).find(({ oid }) => oid === keyUsage);
  if (usage === undefined) return true;
  const bits = fromBER(new Uint8Array(usage.value)).result;
  return bits instanceof BitString && ((bits.valueBlock.valueHexView[0] ?? 0) & digitalSignature) !== 0;
}

/** Whether a certificate is for clients: one that says what it is for is for nothing else. @see RFC 5280, 4.2.1.3 and 4.2.1.12 */
export function isForClients(certificate: X509Certificate): boolean {
  // Node's name for the extended key usage
  const purposes: readonly string[] | undefined = certificate.keyUsage;
  const isMeant = purposes === undefined || purposes.includes(clientAuth) || purposes.includes(anyPurpose);
  return isMeant && maySign(certificate) && unreadExtension(certificate) === undefined;
}
