import { accountEvent } from '#src/accounts/account-events.ts';
import { accountEvents } from '#src/accounts/collections.ts';
import type { Device } from '#src/devices/collections.ts';
import type { ApprovalId } from '#src/kernel/identifier.ts';
import { type Store, type Write, write } from '#src/kernel/store.ts';
import { queued } from '#src/outbox/messages.ts';
import { type FrozenApproval, type SignedDecisionDocument, signedDecisions } from './collections.ts';
import type { ApprovalParts } from './parts.ts';
import { sealPayload } from './sealed-payload.ts';

/** The service an approval was shown for, out of its frozen bytes. */
const clientOf = (text: string): string =>
  (JSON.parse(text) as { readonly client: { readonly client_id: string } }).client.client_id;

/** The kind of message that has a decision stamped. */
export const timeStampKind = 'time-stamp';

/** For the commit of a decision: somebody else will say when it existed. */
export const queuedTimeStamp = (parts: Pick<ApprovalParts, 'clock' | 'random'>, { id }: FrozenApproval): Write =>
  queued(parts, { kind: timeStampKind, to: 'time-stamp authority', content: { decision: id } });

/** What remains of a decision when the approval itself has gone: a yes and a no alike. */
export function evidenceOf(
  { sealing, clock }: Pick<ApprovalParts, 'sealing' | 'clock'>,
  device: Device,
  approval: FrozenApproval,
  decision: string,
): Write {
  const text = Buffer.from(approval.payload, 'base64url').toString('utf8');
  return write.insert(signedDecisions, {
    id: approval.id,
    kind: approval.kind,
    accountId: approval.accountId,
    clientId: clientOf(text),
    deviceId: device.id,
    payload: sealPayload(sealing, approval.id, text),
    decision,
    approvalKey: device.approvalKey,
    attestation: device.attestation.class,
    at: clock.now(),
  });
}

/** For the person's history: that they answered, and how; what they signed stands beside it. */
export function answeredEvent(
  parts: Pick<ApprovalParts, 'clock' | 'random'>,
  { accountId }: Device,
  { id, kind, payload }: FrozenApproval,
  answer: string,
): Write {
  const service = clientOf(Buffer.from(payload, 'base64url').toString('utf8'));
  return write.insert(accountEvents, accountEvent(parts, accountId, 'service-answered', { service, kind, approval: id, answer }));
}

export const signedDecisionOf = (store: Store, id: ApprovalId): Promise<SignedDecisionDocument | undefined> =>
  store.get(signedDecisions, id);

const recordContext = (id: ApprovalId): string => `signed_decisions/${id}/record`;

/** The record that was given to the service, opened; undefined while none was. */
export const recordOf = (
  { sealing }: Pick<ApprovalParts, 'sealing'>,
  { id, record }: Pick<SignedDecisionDocument, 'id' | 'record'>,
): string | undefined => (record === undefined ? undefined : sealing.open(record, recordContext(id)));

/** Keeps what we signed about a decision. @returns the record that is kept: of two made at once, the first */
export async function keepRecord(
  { store, sealing }: Pick<ApprovalParts, 'store' | 'sealing'>,
  id: ApprovalId,
  record: string,
): Promise<string> {
  const sealed = sealing.seal(record, recordContext(id));
  const kept = await store.patch(signedDecisions, id, { record: undefined }, { set: { record: sealed } });
  return ('document' in kept ? recordOf({ sealing }, kept.document) : undefined) ?? record;
}
