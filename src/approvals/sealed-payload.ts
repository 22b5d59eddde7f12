import type { ApprovalId } from '#src/kernel/identifier.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { FrozenApproval } from './collections.ts';

const contextOf = (id: ApprovalId): string => `approvals/${id}/payload`;

/** Frozen bytes (UTF-8 text) as they are kept: they name the person's claims. */
export const sealPayload = (sealing: Sealing, id: ApprovalId, text: string): string => sealing.seal(text, contextOf(id));

/** The frozen bytes of a stored approval in base64url. @throws when they were moved here from another approval */
export function openPayload(sealing: Sealing, { id, payload }: Pick<FrozenApproval, 'id' | 'payload'>): string {
  // a version before kept the base64url itself, which has no dot
  return payload.includes('.') ? Buffer.from(sealing.open(payload, contextOf(id))).toString('base64url') : payload;
}

const requestContext = (id: ApprovalId): string => `approvals/${id}/request`;

/** What a service asked for by itself: it names the person's claims, or a payment. */
export const sealRequest = (sealing: Sealing, id: ApprovalId, request: object): string =>
  sealing.seal(JSON.stringify(request), requestContext(id));

export const openRequest = (sealing: Sealing, { id, request }: { readonly id: ApprovalId; readonly request: string }): unknown =>
  JSON.parse(sealing.open(request, requestContext(id)));
