import type { PasswordHashing } from '#src/hashing/password-hashing.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { Random } from '#src/kernel/random.ts';
import { CommitConflict, type Store, write } from '#src/kernel/store.ts';
import type { Account } from './account.ts';
import { accountEvent } from './account-events.ts';
import { accountEvents, accounts, credentials } from './collections.ts';
import { checkPassword } from './person-rules.ts';

interface ChangeParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: PasswordHashing;
}

/**
 * Gives an account another password, and with the same commit ends every session, code and token: whoever knew the old one is out.
 * @returns the account's new `validFrom`
 * @throws {DomainError} `password_too_weak`, `hashing_busy`, `account_changed` when it was locked or ended since it was read
 */
export async function changePassword(parts: ChangeParts, account: Account, typed: string): Promise<number> {
  const { store, clock, hashing } = parts;
  const { id, validFrom, authenticators } = account;
  const passwordHash = await hashing.hash(checkPassword(typed));
  const next = Math.max(clock.now(), validFrom + 1);
  try {
    await store.commit([
      write.patch(
        accounts,
        id,
        { validFrom, lock: undefined, authenticators },
        { set: { validFrom: next, authenticators: { ...authenticators, password: true } } },
      ),
      write.patch(credentials, id, {}, { set: { passwordHash } }),
      write.insert(accountEvents, accountEvent(parts, id, 'password-changed', {})),
    ]);
  } catch (conflict) {
    if (!(conflict instanceof CommitConflict)) throw conflict;
    throw new DomainError('account_changed');
  }
  return next;
}
