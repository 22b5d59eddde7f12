import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Random } from '#src/kernel/random.ts';
import { type Store, type Write, write } from '#src/kernel/store.ts';
import type { Account, AccountLock } from './account.ts';
import { recordAccountEvent } from './account-events.ts';
import { accounts } from './collections.ts';

interface LockParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}

/** The `validFrom` of a new ending: later than the one before, whatever the clocks of the processes that write them. */
const nextEnding = (clock: Clock, before: Pick<Account, 'validFrom'>): number => Math.max(clock.now(), before.validFrom + 1);

/**
 * Stops an account at once: one write, and `validFrom` kills every session, code and token without touching them. Repeatable; a lock
 * by an authority is never weakened by the holder's own, and takes its place.
 * @throws {DomainError} `account_not_found`
 */
export async function lockAccount(parts: LockParts, id: AccountId, lock: Omit<AccountLock, 'at'>): Promise<void> {
  const before = await parts.store.get(accounts, id);
  if (before === undefined) throw new DomainError('account_not_found');
  if (before.lock !== undefined && (before.lock.by === 'authority' || lock.by === 'self')) return;
  const at = parts.clock.now();
  const patched = await parts.store.patch(
    accounts,
    id,
    { lock: before.lock, validFrom: before.validFrom },
    { set: { lock: { ...lock, at }, validFrom: nextEnding(parts.clock, before) } },
  );
  // somebody else locked, unlocked or ended it in between: decide again on what is there now
  if (patched.outcome !== 'patched') return lockAccount(parts, id, lock);
  await recordAccountEvent(parts, id, 'locked', { ground: lock.ground, by: lock.by });
}

/**
 * Makes a commit fail when the account was locked or ended since it was read. It counts, because an expectation without a change keeps
 * nobody from changing the document in the same moment.
 */
export const whileHolding = ({ id, validFrom }: Pick<Account, 'id' | 'validFrom'>): Write =>
  write.patch(accounts, id, { validFrom, lock: undefined }, { increment: { given: 1 } });

/**
 * Kills every session, code and token of an account with one write; it stays usable for whoever signs in anew.
 * @throws {DomainError} `account_not_found`
 */
export async function endEverySignIn(parts: Pick<LockParts, 'store' | 'clock'>, id: AccountId): Promise<void> {
  const before = await parts.store.get(accounts, id);
  if (before === undefined) throw new DomainError('account_not_found');
  const { validFrom } = before;
  const patched = await parts.store.patch(accounts, id, { validFrom }, { set: { validFrom: nextEnding(parts.clock, before) } });
  if (patched.outcome !== 'patched') return endEverySignIn(parts, id);
}

/** The same as part of a commit. `validFrom` is the new one. */
export function ending(
  clock: Clock,
  { id, validFrom: before }: Pick<Account, 'id' | 'validFrom'>,
): { readonly validFrom: number; readonly write: Write } {
  const validFrom = nextEnding(clock, { validFrom: before });
  return { validFrom, write: write.patch(accounts, id, { validFrom: before }, { set: { validFrom } }) };
}

/**
 * Opens a locked account again; what was issued before stays dead. An account that is not locked stays as it is.
 * @throws {DomainError} `account_not_found`
 */
export async function unlockAccount(parts: LockParts, id: AccountId, reason: string): Promise<void> {
  const before = await parts.store.get(accounts, id);
  if (before === undefined) throw new DomainError('account_not_found');
  if (before.lock === undefined) return;
  const patched = await parts.store.patch(
    accounts,
    id,
    { lock: before.lock, validFrom: before.validFrom },
    { set: { validFrom: nextEnding(parts.clock, before) }, unset: ['lock'] },
  );
  if (patched.outcome !== 'patched') return unlockAccount(parts, id, reason);
  await recordAccountEvent(parts, id, 'unlocked', { reason });
}
