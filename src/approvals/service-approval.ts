import type { Device } from '#src/devices/collections.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId, ApprovalId } from '#src/kernel/identifier.ts';
import { randomIdentifier } from '#src/kernel/random.ts';
import { type ApprovalDocument, type ApprovalKind, approvals, type PendingApproval } from './collections.ts';
import { type ApprovalParts, requireOwn } from './parts.ts';
import { approvalPolicy } from './policy.ts';
import type { KeptServiceRequest, ShownServiceRequest } from './ports.ts';
import { needsMatcher } from './proven-methods.ts';
import { openRequest, sealPayload, sealRequest } from './sealed-payload.ts';
import { type ListedApproval, openApproval, type ShownApproval } from './shown-approval.ts';

/** More than a person could look through. */
const mostListed = 50;

export interface ServiceRequest {
  readonly id: ApprovalId;
  readonly kind: ApprovalKind;
  readonly accountId: AccountId;
  readonly clientId: string;
  /** What `backchannel/` needs to show it; JSON. */
  readonly request: object;
  readonly livesMs: number;
}

/**
 * Asks a person by their phones. It looks and costs the same for an account that there is not: then no phone ever lists it.
 * @see OpenID Connect Client-Initiated Backchannel Authentication Flow 1.0, 7.3
 */
export async function requestApproval(
  { store, sealing, clock }: Pick<ApprovalParts, 'store' | 'sealing' | 'clock'>,
  { id, kind, accountId, clientId, request, livesMs }: ServiceRequest,
): Promise<PendingApproval> {
  const decideBefore = clock.now() + livesMs;
  const approval: PendingApproval = {
    id,
    kind,
    startedBy: 'service',
    state: 'pending',
    interaction: id,
    process: '',
    accountId,
    clientId,
    askedAt: clock.now(),
    waitsFor: accountId,
    request: sealRequest(sealing, id, request),
    browserKnown: false,
    decideBefore,
    expiresAt: decideBefore + approvalPolicy.keptMs,
  };
  if (!(await store.insert(approvals, approval))) throw new TypeError('a request is asked once');
  return approval;
}

/** A service's own request of a stored approval, opened. @throws {TypeError} for an approval that a page began */
export function keptRequest(sealing: ApprovalParts['sealing'], { id, accountId, request }: ApprovalDocument): KeptServiceRequest {
  if (request === undefined) throw new TypeError('no service asked for this');
  return { id, accountId, request: openRequest(sealing, { id, request }) };
}

/** Everything the person must see, as JSON: what is signed later is compared with exactly its bytes. */
function freeze(
  { id, kind, decideBefore }: PendingApproval,
  shown: ShownServiceRequest,
  nonce: string,
  faceRequired: boolean,
): string {
  return JSON.stringify({
    id,
    kind,
    started_by: 'service',
    client: { client_id: shown.clientId, name: shown.client.name, domain: shown.client.domain },
    requested_at: new Date(shown.requestedAt).toISOString(),
    expires_at: new Date(decideBefore).toISOString(),
    from: null,
    acr: shown.acr,
    number_required: false,
    face_required: faceRequired,
    claims: shown.claims,
    until: shown.until === undefined ? null : new Date(shown.until).toISOString(),
    transaction: shown.transaction,
    binding_message: shown.bindingMessage,
    nonce,
  });
}

/** The first opening freezes what the person sees; of two that open at once one decides what that is. */
async function seeFirst(parts: ApprovalParts, device: Device, approval: PendingApproval): Promise<void> {
  const { store, sealing, random, serviceRequests } = parts;
  const shown = await serviceRequests.shownTo(keptRequest(sealing, approval));
  if (shown === undefined) throw new DomainError('approval_not_found');
  const nonce = randomIdentifier(random);
  const faceRequired = shown.faceRequired || needsMatcher(device, shown.acr, parts.allowSimulated);
  const payload = sealPayload(sealing, approval.id, freeze(approval, shown, nonce, faceRequired));
  const frozen = { state: 'seen', payload, nonce, acr: shown.acr } as const;
  await store.amend(approvals, approval.id, { state: 'pending' }, { set: frozen as never });
}

/** The same bytes at every call. @throws {DomainError} `approval_not_found`, `approval_expired` */
export async function openServiceApproval(parts: ApprovalParts, device: Device, id: string): Promise<ShownApproval> {
  const approval = await requireOwn(parts, device, id);
  if (approval.state === 'pending') {
    if (parts.clock.now() >= approval.decideBefore) throw new DomainError('approval_expired');
    await seeFirst(parts, device, approval);
  }
  return openApproval(parts, device, id);
}

/** What services wait for this account to answer. */
export async function waitingRequests(parts: ApprovalParts, device: Device): Promise<ListedApproval[]> {
  const { store, sealing, clock, serviceRequests } = parts;
  const waiting = await store.find(approvals, 'waiting', device.accountId, { limit: mostListed });
  const listed = waiting
    .filter(({ decideBefore }) => clock.now() < decideBefore)
    .map(async (approval): Promise<ListedApproval | undefined> => {
      const shown = await serviceRequests.shownTo(keptRequest(sealing, approval));
      if (shown === undefined) return undefined;
      const { id, kind, startedBy, decideBefore } = approval;
      return { id, kind, startedBy, clientName: shown.client.name.vi, expiresAt: decideBefore };
    });
  return (await Promise.all(listed)).filter((one) => one !== undefined);
}
