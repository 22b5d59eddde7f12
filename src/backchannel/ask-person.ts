import { createHash } from 'node:crypto';
import { approvals } from '#src/approvals/collections.ts';
import { requestApproval } from '#src/approvals/service-approval.ts';
import type { AccountId, ApprovalId } from '#src/kernel/identifier.ts';
import { randomIdentifier } from '#src/kernel/random.ts';
import type { BackchannelParts, BackchannelRequest } from './ports.ts';

/** The approval of a request, by its `auth_req_id`; whoever has the one cannot tell the other. */
export const approvalIdOfRequest = (authReqId: string): ApprovalId =>
  createHash('sha256').update(`backchannel ${authReqId}`).digest('base64url').slice(0, 32) as ApprovalId;

/**
 * Whether one more request may come before this person. One of a service at a time, and a few of all: a new one takes the place of one of
 * the same service that nobody has opened, and never of one that somebody reads.
 */
async function mayAsk(parts: BackchannelParts, accountId: AccountId, clientId: string): Promise<boolean> {
  const { store, clock, backchannelPolicy } = parts;
  const open = (await store.find(approvals, 'waiting', accountId, { limit: 50 })).filter(
    ({ decideBefore }) => clock.now() < decideBefore,
  );
  const own = open.filter((approval) => approval.clientId === clientId);
  if (own.some(({ state }) => state !== 'pending')) return false;
  const displaced = await Promise.all(
    own.map(({ id }) =>
      store.amend(approvals, id, { state: 'pending' }, { set: { decideBefore: clock.now() }, unset: ['waitsFor'] }),
    ),
  );
  return displaced.every(Boolean) && open.length - own.length < backchannelPolicy.mostOpen;
}

/**
 * Puts a request before its person. Somebody unknown, out of reach or with too much before them gets none, at the same cost, and nobody
 * can tell: the request then ends like one that was ignored.
 * @param accountId undefined: nobody whom this request could reach
 */
export async function askPerson(
  parts: BackchannelParts,
  {
    authReqId,
    accountId,
    request,
    livesMs,
  }: {
    readonly authReqId: string;
    readonly accountId: AccountId | undefined;
    readonly request: BackchannelRequest;
    readonly livesMs: number;
  },
): Promise<void> {
  const nobody = randomIdentifier(parts.random) as AccountId;
  const isAllowed = await mayAsk(parts, accountId ?? nobody, request.clientId);
  await requestApproval(parts, {
    id: approvalIdOfRequest(authReqId),
    kind: request.kind,
    accountId: isAllowed && accountId !== undefined ? accountId : nobody,
    clientId: request.clientId,
    request,
    livesMs,
  });
}
