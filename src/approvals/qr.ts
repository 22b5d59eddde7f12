import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';
import { DomainError } from '#src/kernel/domain-error.ts';
import { approvalPolicy } from './policy.ts';

/** What a frame is bound to. */
export interface QrBinding {
  /** From `Sealing.deriveKey('senid-qr-v1')`; never leaves the server. */
  readonly key: Buffer;
  readonly handle: string;
  readonly clientId: string;
  /** base64url SHA-256 of the authorization request. */
  readonly requestDigest: string;
}

export interface ScannedQr {
  readonly handle: string;
  readonly elapsedSeconds: number;
  readonly mac: string;
}

const label = 'senid-qr-v1';
const macBytes = 16;
const processLength = 8;

const anyProcess = '0'.repeat(processLength);

/**
 * The handle names the process whose page waits (8 hex digits) and its interaction (126 random bits or more). A frame that came with the
 * page itself names none (`*`): the page's events may come from any process.
 */
export const encodeHandle = (process: string, interaction: string): string =>
  `${process === '*' ? anyProcess : process.padStart(processLength, '0')}${interaction}`;

export function decodeHandle(handle: string): { readonly process: string; readonly interaction: string } {
  const process = handle.slice(0, processLength);
  return { process: process === anyProcess ? '*' : process, interaction: handle.slice(processLength) };
}

/** Each field behind its length as four bytes, big-endian, so that no two lists of fields read the same. */
function lengthPrefixed(fields: readonly string[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** What tells one frame of a page from another, as text. */
type FrameMac = (elapsedSeconds: number) => string;

/** Derives the handle's key once: a waiting page makes a frame every two seconds. */
function frameMacs({ key, handle, clientId, requestDigest }: QrBinding): FrameMac {
  const own = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', handle, 32)));
  return (elapsedSeconds) =>
    createHmac('sha256', own)
      .update(lengthPrefixed([label, handle, String(elapsedSeconds), clientId, requestDigest]))
      .digest()
      .subarray(0, macBytes)
      .toString('base64url');
}

/** The text of a page's QR at a second of the page: `{issuer}/q#<handle>.<t>.<mac>`. */
export function qrFrames({ issuer, ...binding }: QrBinding & { readonly issuer: string }): (elapsedSeconds: number) => string {
  const macAt = frameMacs(binding);
  return (elapsedSeconds) => `${issuer}/q#${binding.handle}.${elapsedSeconds}.${macAt(elapsedSeconds)}`;
}

/** Reads `<handle>.<t>.<mac>`, or the whole text of a QR. @throws {DomainError} `qr_invalid` */
export function parseQr(code: string): ScannedQr {
  const [, handle, elapsed, mac] = /^(?:[^#]*#)?([A-Za-z0-9_-]{24,100})\.(\d{1,5})\.([A-Za-z0-9_-]{22})$/.exec(code.trim()) ?? [];
  if (handle === undefined || elapsed === undefined || mac === undefined) throw new DomainError('qr_invalid', { detail: 'form' });
  return { handle, elapsedSeconds: Number(elapsed), mac };
}

/**
 * Checks a scanned frame: made here for this request, already due, and not older than eight seconds.
 * @param pageSeconds seconds since the page's QR began, as the server counts
 * @throws {DomainError} `qr_invalid`, `qr_expired`
 */
export function checkFrame({ elapsedSeconds, mac }: ScannedQr, binding: QrBinding, pageSeconds: number): void {
  // compared as text: base64url has spare bits that would let one MAC be written in several ways
  const expected = Buffer.from(frameMacs(binding)(elapsedSeconds));
  const given = Buffer.from(mac);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new DomainError('qr_invalid', { detail: 'mac' });
  if (elapsedSeconds > pageSeconds + approvalPolicy.clockSkewSeconds)
    throw new DomainError('qr_invalid', { detail: 'not yet due' });
  const isStale = pageSeconds - elapsedSeconds > approvalPolicy.frameLifeSeconds;
  if (isStale || pageSeconds >= approvalPolicy.pageLifeSeconds) throw new DomainError('qr_expired');
}
