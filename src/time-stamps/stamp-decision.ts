import { hash } from 'node:crypto';
import { signedDecisions } from '#src/approvals/collections.ts';
import type { ApprovalId } from '#src/kernel/identifier.ts';
import type { Store } from '#src/kernel/store.ts';
import type { Deliver } from '#src/outbox/deliver-lane.ts';
import type { TimeStampAuthority } from './http-authority.ts';

/**
 * Has a signed decision stamped, once: the first stamp stays. A fault of the authority, or an answer that does not count, is tried again later.
 */
export function createDecisionStamps(store: Store, authority: TimeStampAuthority | undefined): Deliver {
  return async ({ content }) => {
    if (authority === undefined) return { outcome: 'failed', reason: 'no authority is configured any longer' };
    const id = String(content['decision']) as ApprovalId;
    const kept = await store.get(signedDecisions, id);
    if (kept === undefined) return { outcome: 'refused', reason: 'no such decision' };
    const data = Buffer.from(kept.decision, 'ascii');
    const { token, at, authority: by } = await authority(data, hash('sha256', data, 'buffer'));
    const timeStamp = { token: token.toString('base64'), at, authority: by };
    await store.amend(signedDecisions, id, { timeStamp: undefined }, { set: { timeStamp } });
    return { outcome: 'delivered' };
  };
}
