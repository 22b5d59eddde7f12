import { recordAccountEvent } from '#src/accounts/account-events.ts';
import { ending } from '#src/accounts/locks.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId, DeviceId } from '#src/kernel/identifier.ts';
import { write } from '#src/kernel/store.ts';
import { type Device, devices } from './collections.ts';
import { commitRetrying, keepCount, listChange } from './device-list.ts';
import type { DeviceParts } from './parts.ts';
import { isWaiting } from './waiting.ts';

/** A device with what it let in, and what that let in. */
function familyOf(active: readonly Device[], id: DeviceId): Set<DeviceId> {
  const family = new Set([id]);
  for (let generation = 0; generation < active.length; generation += 1)
    for (const { id: child, vouchedBy } of active) if (vouchedBy !== undefined && family.has(vouchedBy)) family.add(child);
  return family;
}

/** Takes a device off the list for good: what `Devices.revoke` and `Devices.removeOther` promise. */
export function createRemoval(parts: DeviceParts) {
  const { store, clock, accounts } = parts;

  /** @param by the device that asks for it: it must itself still be one of the account's in the moment of the commit */
  async function remove(accountId: AccountId, id: string, by?: DeviceId): Promise<number | undefined> {
    const device = await store.get(devices, id);
    if (device === undefined || device.accountId !== accountId) throw new DomainError('device_not_found');
    let removed: readonly Device[] = [];
    let ended: ReturnType<typeof ending> | undefined;
    // in one commit: the list is what an enrolment is decided by
    await commitRetrying(store, async () => {
      const list = await listChange(store, accountId, async (before) => {
        if (by !== undefined && !before.includes(by)) throw new DomainError('device_revoked');
        const known = (await store.getMany(devices, [...new Set([...before, device.id])])).filter(
          ({ revokedAt }) => revokedAt === undefined,
        );
        const gone = isWaiting(device, clock.now()) ? familyOf(known, device.id) : new Set([device.id]);
        removed = known.filter((each) => gone.has(each.id));
        return before.filter((each) => !gone.has(each));
      });
      const account = isWaiting(device, clock.now()) && removed.length > 0 ? await accounts.get(accountId) : undefined;
      ended = account && ending(clock, account);
      const revoked = { set: { revokedAt: clock.now() } };
      return [
        ...(ended === undefined ? [] : [ended.write]),
        list,
        ...removed.map((each) => write.patch(devices, each.id, { revokedAt: undefined }, revoked)),
      ];
    });
    await keepCount(store, accountId);
    for (const { id: of, name } of removed) await recordAccountEvent(parts, accountId, 'device-removed', { device: of, name });
    return ended?.validFrom;
  }

  return remove;
}
