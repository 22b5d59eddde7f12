import type { Device } from '#src/devices/collections.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { ApprovalId } from '#src/kernel/identifier.ts';
import { networkOf } from '#src/kernel/networks.ts';
import type { ApprovalDocument } from './collections.ts';
import { type ApprovalParts, requireShown } from './parts.ts';
import type { Shown, SignInRequest, SignInRequestForAccount } from './ports.ts';

/** What a phone is given to render and sign. */
export interface ShownApproval {
  readonly id: ApprovalId;
  readonly expiresAt: number;
  /** base64url of UTF-8 JSON. */
  readonly payload: string;
}

/** What waits for an answer, as a phone lists it. */
export interface ListedApproval {
  readonly id: ApprovalId;
  readonly kind: ApprovalDocument['kind'];
  readonly clientName: string;
  readonly startedBy: ApprovalDocument['startedBy'];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What the person was shown, out of the frozen bytes. */
export const shownOf = (payload: string): Shown => JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Shown;

/** Everything the person must see, as JSON: what is signed later is compared with exactly its bytes. */
export function freezePayload(
  id: ApprovalId,
  request: SignInRequest,
  seen: SignInRequestForAccount,
  nonce: string,
  { numberRequired, faceRequired }: { readonly numberRequired: boolean; readonly faceRequired: boolean },
  decideBefore: number,
): string {
  return JSON.stringify({
    id,
    kind: 'sign-in',
    started_by: 'qr',
    client: { client_id: request.clientId, name: request.client.name, domain: request.client.domain },
    requested_at: new Date(request.requestedAt).toISOString(),
    expires_at: new Date(decideBefore).toISOString(),
    from: {
      browser: request.from.browser,
      network: networkOf(request.from.network),
      place: request.from.place,
      known: seen.browserKnown,
    },
    acr: seen.acr,
    number_required: numberRequired,
    face_required: faceRequired,
    claims: seen.claims,
    transaction: null,
    binding_message: null,
    nonce,
  });
}

/** The same bytes at every call. @throws {DomainError} `approval_not_found`, `approval_expired` */
export async function openApproval(parts: ApprovalParts, device: Device, id: string): Promise<ShownApproval> {
  const approval = await requireShown(parts, device, id);
  if (approval.state === 'seen' && parts.clock.now() >= approval.decideBefore) throw new DomainError('approval_expired');
  return { id: approval.id, expiresAt: approval.decideBefore, payload: approval.payload };
}
