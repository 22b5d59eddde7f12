import { calculateJwkThumbprint, type JWK } from 'jose';
import type { Account } from '#src/accounts/account.ts';
import { recordAccountEvent } from '#src/accounts/account-events.ts';
import { whileHolding } from '#src/accounts/locks.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { DeviceId } from '#src/kernel/identifier.ts';
import { randomIdentifier } from '#src/kernel/random.ts';
import { write } from '#src/kernel/store.ts';
import { bad, checkApprovalProof } from './approval-key-proofs.ts';
import { type Device, deviceLists, devices, type EnrolmentCodeDocument, type Platform } from './collections.ts';
import { commitRetrying, keepCount, listChange } from './device-list.ts';
import { publicP256 } from './device-proof.ts';
import type { DeviceParts } from './parts.ts';
import { devicePolicy } from './policy.ts';

export interface Enrolment {
  readonly code: string;
  readonly name: string;
  readonly platform: Platform;
  readonly device_key: JWK;
  readonly approval_key: JWK;
  readonly approval_proof: string;
  readonly attestation?: { readonly class: string } | undefined;
}

/** Whether everything of the account was ended since the code was issued, or who vouched for it is no longer among its devices. */
const isVoid = ({ under, vouchedBy }: EnrolmentCodeDocument, account: Account, active: readonly DeviceId[]): boolean =>
  (under !== undefined && under !== account.validFrom) || (vouchedBy !== undefined && !active.includes(vouchedBy));

/** Lets a new device in, or gives the same device its answer again: what `Devices.enrol` promises. */
export function createEnrolment(parts: DeviceParts) {
  const { store, clock, random, accounts, enrolmentCodes, allowSimulated, unvouchedWaitMs: waitMs } = parts;

  /** A code, used or not, and its account. */
  async function lookUp(code: string): Promise<{ offered: EnrolmentCodeDocument; account: Account }> {
    const offered = await enrolmentCodes.peek(code);
    const account = offered && (await accounts.get(offered.accountId));
    if (offered === undefined || account === undefined) throw new DomainError('enrolment_code_invalid');
    return { offered, account };
  }

  /**
   * Code, place in the list and device in one commit: nobody loses a code or a place to a refusal or a crash, and no code lets anybody in
   * that dies in the same moment.
   */
  async function admit(device: Device, code: string): Promise<void> {
    await commitRetrying(store, async () => {
      const { offered, account } = await lookUp(code);
      if (offered.usedBy !== undefined) throw new DomainError('enrolment_code_invalid');
      const list = await listChange(store, device.accountId, (before) => {
        if (isVoid(offered, account, before)) throw new DomainError('enrolment_code_invalid');
        if (account.lock !== undefined) throw new DomainError('account_locked');
        if (before.length >= devicePolicy.mostActive) throw new DomainError('too_many_devices');
        return [...before, device.id];
      });
      return [enrolmentCodes.taking(code, device.id), list, whileHolding(account), write.insert(devices, device)];
    });
  }

  /** What an enrolment must be besides having a live code. */
  async function checkKeys(
    enrolment: Enrolment,
    proofKey: JWK,
  ): Promise<Pick<Device, 'deviceKey' | 'approvalKey' | 'attestation'>> {
    const deviceKey = publicP256(enrolment.device_key, 'device_key');
    const approvalKey = publicP256(enrolment.approval_key, 'approval_key');
    if ((await calculateJwkThumbprint(deviceKey)) !== (await calculateJwkThumbprint(proofKey)))
      throw bad('device_key: not the key that signed the proof');
    if (deviceKey.x === approvalKey.x) throw bad('approval_key: must not be the device key');
    const attestationClass = enrolment.attestation?.class ?? 'none';
    if (attestationClass !== 'none' && !(attestationClass === 'simulated' && allowSimulated))
      throw new DomainError('attestation_unsupported');
    await checkApprovalProof(parts, { code: enrolment.code, proof: enrolment.approval_proof, deviceKey, approvalKey });
    return { deviceKey, approvalKey, attestation: { class: attestationClass } };
  }

  /** The answer to an enrolment may be lost on the way: the same device, proven by its key, gets it again. */
  async function enrolledBefore(id: DeviceId, proofKey: JWK): Promise<Device> {
    const device = await store.get(devices, id);
    const isSame = device !== undefined && device.deviceKey.x === proofKey.x && device.deviceKey.y === proofKey.y;
    if (!isSame || device.revokedAt !== undefined) throw new DomainError('enrolment_code_invalid');
    return device;
  }

  async function enrol(enrolment: Enrolment, proofKey: JWK): Promise<{ device: Device; account: Account }> {
    const { offered, account } = await lookUp(enrolment.code);
    if (offered.usedBy !== undefined) return { device: await enrolledBefore(offered.usedBy, proofKey), account };
    const list = await store.get(deviceLists, account.id);
    if (isVoid(offered, account, list?.active ?? [])) throw new DomainError('enrolment_code_invalid');
    try {
      return await enrolFor(account, offered, enrolment, await checkKeys(enrolment, proofKey));
    } catch (refusal) {
      if (refusal instanceof DomainError) await enrolmentCodes.countTry(enrolment.code);
      throw refusal;
    }
  }

  async function enrolFor(
    account: Account,
    { vouched, vouchedBy }: EnrolmentCodeDocument,
    enrolment: Enrolment,
    keys: Pick<Device, 'deviceKey' | 'approvalKey' | 'attestation'>,
  ): Promise<{ device: Device; account: Account }> {
    if (account.lock !== undefined) throw new DomainError('account_locked');
    const id = randomIdentifier(random) as DeviceId;
    const device: Device = {
      id,
      accountId: account.id,
      name: enrolment.name,
      platform: enrolment.platform,
      ...keys,
      enrolledAt: clock.now(),
      ...(vouched || waitMs === 0 ? {} : { waitingUntil: clock.now() + waitMs }),
      ...(vouchedBy === undefined ? {} : { vouchedBy }),
    };
    await admit(device, enrolment.code);
    await keepCount(store, account.id);
    await recordAccountEvent(parts, account.id, 'device-enrolled', { device: id, name: device.name, platform: device.platform });
    return { device, account };
  }

  return enrol;
}
