import { hash } from 'node:crypto';
import { approvals } from '#src/approvals/collections.ts';
import type { AccountId, ApprovalId } from '#src/kernel/identifier.ts';
import { CommitConflict, type Store, type Write, write } from '#src/kernel/store.ts';
import { type AskedRequestsDocument, askedRequests } from './collections.ts';
import { isYes, queuedPauseNotice } from './pause-notice.ts';
import type { BackchannelParts, BackchannelPolicy } from './ports.ts';

export type Asked = Pick<AskedRequestsDocument, 'asked' | 'pausedUntil'>;

/** What comes of one request more. */
export interface Pause {
  /** The request must not come before the person. */
  readonly isPaused: boolean;
  /** With this request a pause begins: the person is told when its time is over without a yes. */
  readonly begins: boolean;
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
    return { isPaused: true, begins: false, next: before };
  const since = now - policy.unansweredSeconds * 1000;
  const recent = wasApproved ? [] : (before?.asked.filter(({ at }) => at > since) ?? []);
  const asked = [...recent, { approval, at: now }];
  const begins = asked.length >= policy.unanswered;
  return { isPaused: false, begins, next: { asked, pausedUntil: begins ? now + policy.pauseSeconds * 1000 : undefined } };
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
  { clientId, approval, livesMs }: { readonly clientId: string; readonly approval: ApprovalId; readonly livesMs: number },
): Promise<boolean> {
  const { store, clock, backchannelPolicy: policy } = parts;
  const id = hash('sha256', `asked ${clientId} ${accountId}`, 'base64url');
  for (;;) {
    const now = clock.now();
    const before = await store.get(askedRequests, id);
    const asked = await store.getMany(approvals, before?.asked.map((each) => each.approval) ?? []);
    const approved = new Set(asked.filter(isYes).map((each) => each.id));
    const { isPaused, begins, next } = pauseAfter(policy, before, approved, { approval, now });
    const after: AskedRequestsDocument = {
      ...next,
      id,
      revision: (before?.revision ?? 0) + 1,
      expiresAt: Math.max(next.pausedUntil ?? 0, now + policy.unansweredSeconds * 1000),
    };
    const told = { accountId, clientId, until: next.pausedUntil ?? now, asked: next.asked.map((each) => each.approval) };
    if (await keep(store, before, after, begins ? queuedPauseNotice(parts, told, livesMs) : undefined)) return isPaused;
  }
}
