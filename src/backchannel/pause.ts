import { hash } from 'node:crypto';
import { approvals } from '#src/approvals/collections.ts';
import type { AccountId, ApprovalId } from '#src/kernel/identifier.ts';
import { CommitConflict, type Store, type Write, write } from '#src/kernel/store.ts';
import { type AskedRequestsDocument, askedRequests } from './collections.ts';
import { queuedPauseNotice } from './pause-notice.ts';
import type { BackchannelParts, BackchannelPolicy } from './ports.ts';

export type Asked = Pick<AskedRequestsDocument, 'asked' | 'pausedUntil' | 'told'>;

/** What comes of one request more. */
export interface Pause {
  /** The request must not come before the person. */
  readonly isPaused: boolean;
  /** It is the first one that does not, so the person is told. */
  readonly isNews: boolean;
  readonly next: Asked;
}

/**
 * The rule: who asked a person several times within minutes and was not approved once may not ask them again for a while. Requests that were
 * denied count like those that were ignored; one approval ends it all. Nobody else's requests are held up.
 */
export function pauseAfter(
  policy: BackchannelPolicy,
  before: Asked | undefined,
  approved: ReadonlySet<string>,
  { approval, now }: { readonly approval: ApprovalId; readonly now: number },
): Pause {
  const wasApproved = before?.asked.some((each) => approved.has(each.approval)) ?? false;
  const pausedUntil = wasApproved ? undefined : before?.pausedUntil;
  if (before !== undefined && pausedUntil !== undefined && now < pausedUntil)
    return { isPaused: true, isNews: !before.told, next: { ...before, told: true } };
  const since = now - policy.unansweredSeconds * 1000;
  const recent = wasApproved ? [] : (before?.asked.filter(({ at }) => at > since) ?? []);
  const asked = [...recent, { approval, at: now }];
  const begins = asked.length >= policy.unanswered;
  return {
    isPaused: false,
    isNews: false,
    next: { asked, pausedUntil: begins ? now + policy.pauseSeconds * 1000 : undefined, told: false },
  };
}

/** @returns whether what was counted before is still as it was read */
async function keep(
  store: Store,
  before: AskedRequestsDocument | undefined,
  after: AskedRequestsDocument,
  notice: Write | undefined,
): Promise<boolean> {
  const { id, ...set } = after;
  if (before === undefined) return store.insert(askedRequests, after);
  const expected = { revision: before.revision };
  if (notice === undefined) return store.amend(askedRequests, id, expected, { set });
  try {
    await store.commit([write.patch(askedRequests, id, expected, { set }), notice]);
    return true;
  } catch (conflict) {
    if (!(conflict instanceof CommitConflict)) throw conflict;
    return false;
  }
}

/**
 * Counts a request of a service to a person, or to whoever stands for somebody unknown: the same work for both.
 * @returns whether the service has to pause
 */
export async function countRequest(
  parts: BackchannelParts,
  accountId: AccountId,
  { clientId, approval }: { readonly clientId: string; readonly approval: ApprovalId },
): Promise<boolean> {
  const { store, clock, backchannelPolicy: policy } = parts;
  const id = hash('sha256', `asked ${clientId} ${accountId}`, 'base64url');
  for (;;) {
    const now = clock.now();
    const before = await store.get(askedRequests, id);
    const asked = await store.getMany(approvals, before?.asked.map((each) => each.approval) ?? []);
    const approved = new Set(asked.filter(({ state }) => state === 'approved' || state === 'used').map((each) => each.id));
    const { isPaused, isNews, next } = pauseAfter(policy, before, approved, { approval, now });
    const after: AskedRequestsDocument = {
      ...next,
      id,
      revision: (before?.revision ?? 0) + 1,
      expiresAt: Math.max(next.pausedUntil ?? 0, now + policy.unansweredSeconds * 1000),
    };
    const notice = isNews ? queuedPauseNotice(parts, { accountId, clientId, until: next.pausedUntil ?? now }) : undefined;
    if (await keep(store, before, after, notice)) return isPaused;
  }
}
