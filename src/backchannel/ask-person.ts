import { type ApprovalDocument, approvals } from '#src/approvals/collections.ts';
import { requestApproval } from '#src/approvals/service-approval.ts';
import type { AccountId, ApprovalId } from '#src/kernel/identifier.ts';
import { derivedIdentifier } from '#src/kernel/random.ts';
import { countRequest } from './pause.ts';
import type { BackchannelParts, BackchannelRequest } from './ports.ts';

/** More than come at one moment: those that it does not see it cannot take back. */
const mostLookedAt = 1000;

/** The approval of a request, by its `auth_req_id`; whoever has the one cannot tell the other. */
export const approvalIdOfRequest = (authReqId: string): ApprovalId => derivedIdentifier(`backchannel ${authReqId}`) as ApprovalId;

/** No phone lists it any longer, and none opens it. */
const over = (now: number) => ({ set: { decideBefore: now }, unset: ['waitsFor'] as const });

const isBefore = (one: ApprovalDocument, other: ApprovalDocument): boolean =>
  one.askedAt === other.askedAt ? one.id < other.id : (one.askedAt ?? 0) < (other.askedAt ?? 0);

/** Places of services in the sandbox, which anybody may fill with names of their own, are counted apart: they never keep a real one away. */
const isOnlyTried = async ({ clients }: BackchannelParts, clientId = ''): Promise<boolean> =>
  (await clients.find(clientId))?.client.stage === 'sandbox';

/**
 * Whether a request that waits may stay before this person. One of a service at a time, and those of a few services: a new one takes the place
 * of one of the same service that nobody has opened, and never of one that somebody reads. Looked at once it waits, so that of many at the same
 * moment each sees those that it must not stand beside. A paused one never stays and displaces nothing.
 */
async function mayStay(
  parts: BackchannelParts,
  accountId: AccountId,
  request: ApprovalDocument,
  isPaused: boolean,
): Promise<boolean> {
  const { store, clock, backchannelPolicy } = parts;
  const now = clock.now();
  const waiting = await store.find(approvals, 'waiting', accountId, { limit: mostLookedAt });
  const others = waiting.filter(({ id, decideBefore }) => id !== request.id && now < decideBefore);
  const own = others.filter(({ clientId }) => clientId === request.clientId);
  // tried whatever their state, and by a paused one without effect: the effort must not tell that somebody reads one, or pauses
  const displaced = await Promise.all(
    own
      .filter((each) => isBefore(each, request))
      .map(({ id, decideBefore }) =>
        store.amend(approvals, id, { state: 'pending' }, isPaused ? { set: { decideBefore } } : over(now)),
      ),
  );
  const services = new Set(others.filter((each) => !own.includes(each)).map(({ clientId }) => clientId));
  const isTrial = await isOnlyTried(parts, request.clientId);
  const trials = await Promise.all([...services].map((clientId) => isOnlyTried(parts, clientId)));
  const taken = trials.filter((each) => each === isTrial).length;
  return !isPaused && displaced.length === own.length && displaced.every(Boolean) && taken < backchannelPolicy.mostOpen;
}

/** Who stands for a person that a request can't reach: always the same, so that asking again takes the same way as for everybody. */
const standInFor = ({ sealing }: BackchannelParts, accountId: AccountId): AccountId =>
  sealing.blindIndex('backchannel-stand-in', accountId) as AccountId;

/**
 * Puts a request before its person. Somebody unknown, out of reach or with too much before them gets none, nor does anybody from a service
 * that has to pause; at the same cost, and nobody can tell: the request then ends like one that was ignored.
 */
export async function askPerson(
  parts: BackchannelParts,
  {
    authReqId,
    accountId,
    isReachable,
    request,
    livesMs,
  }: {
    readonly authReqId: string;
    /** Whom the request is about, whether or not there is such a person. */
    readonly accountId: AccountId;
    readonly isReachable: boolean;
    readonly request: BackchannelRequest;
    readonly livesMs: number;
  },
): Promise<void> {
  const { kind, clientId } = request;
  const asked = isReachable ? accountId : standInFor(parts, accountId);
  const id = approvalIdOfRequest(authReqId);
  const isPaused = await countRequest(parts, asked, { clientId, approval: id, livesMs });
  const waiting = await requestApproval(parts, { id, kind, accountId: asked, clientId, request, livesMs });
  const stays = await mayStay(parts, asked, waiting, isPaused);
  // one write more for all of them
  const change = stays ? { set: { decideBefore: waiting.decideBefore } } : over(parts.clock.now());
  await parts.store.amend(approvals, id, { state: 'pending' }, change);
}
