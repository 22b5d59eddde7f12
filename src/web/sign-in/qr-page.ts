import { encodeHandle, qrFrames } from '#src/approvals/qr.ts';
import { requestDigest } from '#src/sign-in/authorization-request.ts';
import type { InteractionDocument } from '#src/sign-in/collections.ts';
import { qrStartOf } from '#src/sign-in/sign-in-requests.ts';
import type { QrView } from '../pages.ts';
import type { SignInPageParts } from './parts.ts';

/** A page's QR lives three minutes in all. */
export const qrPageLifeMs = 180_000;

/** Gives the frame of this moment; undefined when the page's three minutes are over. */
export type FrameNow = () => string | undefined;

/** The frames of one page, for as long as it waits; `process` is the one that its events come from, `*` where that is not known. */
export function framesOf({ issuer, sealing, clock }: SignInPageParts, document: InteractionDocument, process: string): FrameNow {
  const textAt = qrFrames({
    issuer,
    key: sealing.deriveKey('senid-qr-v1'),
    handle: encodeHandle(process, document.id),
    clientId: String(document.payload.params['client_id']),
    requestDigest: requestDigest(document.payload.params),
  });
  return () => {
    const elapsedMs = clock.now() - qrStartOf(document);
    return elapsedMs < qrPageLifeMs ? textAt(Math.max(0, Math.floor(elapsedMs / 1000))) : undefined;
  };
}

export function qrView(parts: SignInPageParts, document: InteractionDocument): QrView | 'expired' {
  const text = framesOf(parts, document, '*')();
  if (text === undefined) return 'expired';
  const base = `/interaction/${document.id}`;
  return { text, imageUrl: `${base}/qr.svg`, eventsUrl: `${base}/events` };
}
