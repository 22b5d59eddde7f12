import { recordEventOnce } from '#src/accounts/account-events.ts';
import type { AccountDirectory } from '#src/accounts/ports.ts';
import { type ApprovalDocument, approvals } from '#src/approvals/collections.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { AccountId, ApprovalId } from '#src/kernel/identifier.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Store, Write } from '#src/kernel/store.ts';
import type { Deliver } from '#src/outbox/deliver-lane.ts';
import { queued } from '#src/outbox/messages.ts';

/** The kind of message that tells a person that a service has to pause. */
export const pauseNoticeKind = 'pause-notice';

interface NoticeParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}

export const isYes = ({ state }: ApprovalDocument): boolean => state === 'approved' || state === 'used';

/**
 * Due when the last request's time is over, in milliseconds from now. Written for those who stand for nobody too: whether there is a person is
 * looked at only where it is delivered.
 */
export const queuedPauseNotice = (
  parts: Pick<NoticeParts, 'clock' | 'random'>,
  told: {
    readonly accountId: AccountId;
    readonly clientId: string;
    /** Milliseconds since the epoch. */
    readonly until: number;
    readonly asked: readonly ApprovalId[];
  },
  dueInMs: number,
): Write => {
  const { accountId, ...content } = told;
  return queued(parts, { kind: pauseNoticeKind, to: accountId, content }, { dueInMs });
};

/** Writes it into the history of the account, if there is one and nothing was approved after all. */
export function createPauseNotice(parts: NoticeParts & { readonly accounts: AccountDirectory }): Deliver {
  return async ({ key, to, queuedAt, content }) => {
    const accountId = to as AccountId;
    const [account, asked] = await Promise.all([
      parts.accounts.get(accountId),
      parts.store.getMany(approvals, content['asked'] as ApprovalId[]),
    ]);
    if (account !== undefined && !asked.some(isYes)) {
      const data = { client: String(content['clientId']), until: new Date(Number(content['until'])).toISOString() };
      await recordEventOnce(parts, { name: `pause ${key}`, moment: queuedAt }, { accountId, type: 'service-paused', data });
    }
    return { outcome: 'delivered' };
  };
}
