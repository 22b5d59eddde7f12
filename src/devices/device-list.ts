import { accounts } from '#src/accounts/collections.ts';
import type { AccountId, DeviceId } from '#src/kernel/identifier.ts';
import { CommitConflict, type Store, type Write, write } from '#src/kernel/store.ts';
import { type DeviceListDocument, deviceLists } from './collections.ts';

/** A person's list of active devices with a change, to be written only over the list as it was read. */
export async function listChange(
  store: Store,
  accountId: AccountId,
  change: (active: readonly DeviceId[]) => readonly DeviceId[] | Promise<readonly DeviceId[]>,
): Promise<Write> {
  const before = await store.get(deviceLists, accountId);
  const next: DeviceListDocument = {
    id: accountId,
    version: (before?.version ?? 0) + 1,
    active: await change(before?.active ?? []),
  };
  return before === undefined
    ? write.insert(deviceLists, next)
    : write.patch(deviceLists, accountId, { version: before.version }, { set: next });
}

/** Commits, and prepares anew over the newer state as long as another change came first. */
export async function commitRetrying(store: Store, prepare: () => Promise<readonly Write[]>): Promise<void> {
  for (;;) {
    try {
      await store.commit(await prepare());
      return;
    } catch (error) {
      if (!(error instanceof CommitConflict)) throw error;
    }
  }
}

/** Keeps the account's count of devices in step with the list; the last to look wins, and it looks at both. */
export async function keepCount(store: Store, accountId: AccountId): Promise<void> {
  for (;;) {
    const account = await store.get(accounts, accountId);
    const list = await store.get(deviceLists, accountId);
    if (account === undefined || account.authenticators.devices === (list?.active.length ?? 0)) return;
    const authenticators = { ...account.authenticators, devices: list?.active.length ?? 0 };
    await store.patch(accounts, accountId, { authenticators: account.authenticators }, { set: { authenticators } });
  }
}
