import type { JWK } from 'jose';
import type { Account } from '#src/accounts/account.ts';
import { recordAccountEvent } from '#src/accounts/account-events.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { visibleLine } from '#src/kernel/visible-line.ts';
import { signedRequest } from './approval-key-proofs.ts';
import { type Device, deviceLists, devices } from './collections.ts';
import { createEnrolment, type Enrolment } from './enrolment.ts';
import type { IssuedCode } from './enrolment-codes.ts';
import type { DeviceParts } from './parts.ts';
import { devicePolicy } from './policy.ts';
import { createRemoval } from './removal.ts';
import { isWaiting } from './waiting.ts';

export interface Devices {
  /** Lets a new device in. @throws {DomainError} `enrolment_code_invalid`, `enrolment_invalid`, `too_many_devices` */
  enrol(enrolment: Enrolment, proofKey: JWK): Promise<{ device: Device; account: Account }>;
  find(id: string): Promise<Device | undefined>;
  list(accountId: AccountId): Promise<Device[]>;
  /** Notes that a device was used, at most once an hour. */
  noteUse(device: Device): Promise<void>;
  /** @throws {DomainError} `device_not_found`, also for one of somebody else, `device_name_invalid` */
  rename(accountId: AccountId, id: string, name: string): Promise<void>;
  /**
   * Repeatable; a device of somebody else is not found. With one that waits goes what it vouched for, and everything of the account ends: nobody
   * knows what it was used for.
   * @returns the account's `validFrom` where that ended everything
   */
  revoke(accountId: AccountId, id: string): Promise<number | undefined>;
  /**
   * Removes another device of the account, asked for by this one's approval key. What waits itself removes no other.
   * @throws {DomainError} `device_waiting`, `removal_request_invalid`, `device_not_found`, `device_revoked`
   */
  removeOther(device: Device, id: string, request: string): Promise<void>;
  /**
   * A code for one more device, asked for on the account's own page. Nobody vouches for it: it does nothing without the account's password.
   * @throws {DomainError} `too_many_devices`, `password_not_set`
   */
  codeForOwner(account: Account): Promise<IssuedCode>;
  /** Whose password an enrolment with this code needs; undefined for one that somebody vouched for, or that is none. */
  passwordNeededBy(code: string): Promise<Account | undefined>;
  /** A code for one more device, asked for by this one's approval key. @throws {DomainError} `device_waiting`, `enrolment_request_invalid` */
  vouch(device: Device, request: string): Promise<IssuedCode>;
}

/** Phones: enrolled with a one-time code, at most three for a person, revoked for good. */
export function createDevices(parts: DeviceParts): Devices {
  const { store, clock, accounts, enrolmentCodes } = parts;
  const enrol = createEnrolment(parts);
  const remove = createRemoval(parts);

  async function removeOther(device: Device, id: string, request: string): Promise<void> {
    if (isWaiting(device, clock.now())) throw new DomainError('device_waiting');
    const claims = await signedRequest(parts, device, request, 'device-removal-request+jwt');
    if (claims?.['removes'] !== id) throw new DomainError('removal_request_invalid');
    await remove(device.accountId, id, device.id);
  }

  async function vouch(device: Device, request: string): Promise<IssuedCode> {
    if (isWaiting(device, clock.now())) throw new DomainError('device_waiting');
    const claims = await signedRequest(parts, device, request, 'enrolment-code-request+jwt');
    if (claims === undefined) throw new DomainError('enrolment_request_invalid');
    return enrolmentCodes.issue(device.accountId, { vouched: true, vouchedBy: device.id });
  }

  async function noteUse({ id, lastUsedAt, enrolledAt }: Device): Promise<void> {
    const now = clock.now();
    if (now - (lastUsedAt ?? enrolledAt) >= 3_600_000) await store.patch(devices, id, {}, { set: { lastUsedAt: now } });
  }

  async function rename(accountId: AccountId, id: string, given: string): Promise<void> {
    const name = given.normalize('NFC').trim();
    if (name === '' || name.length > 100 || !visibleLine.test(name)) throw new DomainError('device_name_invalid');
    const device = await store.get(devices, id);
    if (device?.accountId !== accountId || device.revokedAt !== undefined) throw new DomainError('device_not_found');
    if (device.name === name) return;
    const renamed = await store.patch(devices, id, { revokedAt: undefined }, { set: { name } });
    if (renamed.outcome !== 'patched') throw new DomainError('device_not_found');
    await recordAccountEvent(parts, accountId, 'device-renamed', { device: id, name, before: device.name });
  }

  async function codeForOwner(account: Account): Promise<IssuedCode> {
    if (!account.authenticators.password) throw new DomainError('password_not_set');
    if (account.authenticators.devices >= devicePolicy.mostActive) throw new DomainError('too_many_devices');
    const issued = await enrolmentCodes.issue(account.id, { vouched: false });
    await recordAccountEvent(parts, account.id, 'enrolment-code-issued', {});
    return issued;
  }

  async function passwordNeededBy(code: string): Promise<Account | undefined> {
    const offered = await enrolmentCodes.peek(code);
    return offered === undefined || offered.vouched ? undefined : accounts.get(offered.accountId);
  }

  return {
    enrol,
    rename,
    codeForOwner,
    passwordNeededBy,
    noteUse,
    revoke: (accountId, id) => remove(accountId, id),
    removeOther,
    vouch,
    find: (id) => store.get(devices, id),
    async list(accountId) {
      const list = await store.get(deviceLists, accountId);
      return store.getMany(devices, list?.active ?? []);
    },
  };
}
