import { encodeHandle, qrText } from '#src/approvals/qr.ts';
import { requestDigest } from '#src/sign-in/authorization-request.ts';
import type { InteractionDocument } from '#src/sign-in/collections.ts';
import { qrStartOf } from '#src/sign-in/sign-in-requests.ts';
import type { QrView } from '../pages.ts';
import type { SignInPageParts } from './parts.ts';

/** A page's QR lives three minutes in all. */
export const qrPageLifeMs = 180_000;

/** The frame of this moment; undefined when the page's three minutes are over. */
export function currentFrame(
  { issuer, sealing, signals, clock }: SignInPageParts,
  document: InteractionDocument,
): string | undefined {
  const elapsedMs = clock.now() - qrStartOf(document);
  if (elapsedMs >= qrPageLifeMs) return undefined;
  return qrText({
    issuer,
    key: sealing.deriveKey('senid-qr-v1'),
    handle: encodeHandle(signals.process, document.id),
    clientId: String(document.payload.params['client_id']),
    requestDigest: requestDigest(document.payload.params),
    elapsedSeconds: Math.max(0, Math.floor(elapsedMs / 1000)),
  });
}

export function qrView(parts: SignInPageParts, document: InteractionDocument): QrView | 'expired' {
  const text = currentFrame(parts, document);
  if (text === undefined) return 'expired';
  const base = `/interaction/${document.id}`;
  return { text, imageUrl: `${base}/qr.svg`, eventsUrl: `${base}/events` };
}
