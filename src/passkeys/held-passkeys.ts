import { accountEvent } from '#src/accounts/account-events.ts';
import { accountEvents, accounts } from '#src/accounts/collections.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { CommitConflict, write } from '#src/kernel/store.ts';
import { passkeyName } from './add-passkey.ts';
import { type PasskeyDocument, passkeys } from './collections.ts';
import type { PasskeyParts } from './ports.ts';

/** Newest first. */
export async function listPasskeys({ store }: Pick<PasskeyParts, 'store'>, accountId: AccountId): Promise<PasskeyDocument[]> {
  const held = await store.find(passkeys, 'account', accountId, { limit: 100 });
  return held.sort((one, other) => other.addedAt - one.addedAt);
}

/** @throws {DomainError} `passkey_not_found`, also for another person's; `passkey_name_invalid` */
export async function renamePasskey(
  { store }: Pick<PasskeyParts, 'store'>,
  accountId: AccountId,
  id: string,
  name: string,
): Promise<void> {
  if (!(await store.amend(passkeys, id, { accountId }, { set: { name: passkeyName(name) } })))
    throw new DomainError('passkey_not_found');
}

/** It opens nothing from then on; what was signed in with it stays. @throws {DomainError} `passkey_not_found`, also for another person's */
export async function removePasskey(parts: PasskeyParts, accountId: AccountId, id: string): Promise<void> {
  for (;;) {
    const [account, held] = await Promise.all([parts.accounts.get(accountId), listPasskeys(parts, accountId)]);
    const passkey = held.find((each) => each.id === id);
    if (account === undefined || passkey === undefined) throw new DomainError('passkey_not_found');
    const { authenticators } = account;
    try {
      await parts.store.commit([
        write.remove(passkeys, id),
        write.patch(
          accounts,
          accountId,
          { authenticators },
          { set: { authenticators: { ...authenticators, passkeys: held.length - 1 } } },
        ),
        write.insert(accountEvents, accountEvent(parts, accountId, 'passkey-removed', { name: passkey.name })),
      ]);
      return;
    } catch (conflict) {
      if (!(conflict instanceof CommitConflict)) throw conflict;
    }
  }
}
