import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose';
import type { Account } from '#src/accounts/account.ts';
import { recordAccountEvent } from '#src/accounts/account-events.ts';
import { ending, whileHolding } from '#src/accounts/locks.ts';
import type { AccountDirectory } from '#src/accounts/ports.ts';
import { type Clock, epochSeconds } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId, DeviceId } from '#src/kernel/identifier.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import { type Store, write } from '#src/kernel/store.ts';
import { visibleLine } from '#src/kernel/visible-line.ts';
import { type Device, deviceLists, devices, type EnrolmentCodeDocument, type Platform } from './collections.ts';
import { commitRetrying, keepCount, listChange } from './device-list.ts';
import { publicP256 } from './device-proof.ts';
import { type EnrolmentCodes, type IssuedCode, normaliseCode } from './enrolment-codes.ts';
import { devicePolicy } from './policy.ts';
import { isWaiting } from './waiting.ts';

export interface DeviceParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly accounts: AccountDirectory;
  readonly enrolmentCodes: EnrolmentCodes;
  readonly issuer: string;
  /** Development and tests only: the virtual phone is taken. */
  readonly allowSimulated: boolean;
  /** How long a device that nobody vouched for reaches authentication level 2 at most. */
  readonly unvouchedWaitMs: number;
}

export interface Enrolment {
  readonly code: string;
  readonly name: string;
  readonly platform: Platform;
  readonly device_key: JWK;
  readonly approval_key: JWK;
  readonly approval_proof: string;
  readonly attestation?: { readonly class: string } | undefined;
}

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

/** Verifies a JWS of a key for one purpose; undefined when it is not. */
async function verified(jws: string, key: JWK, typ: string): Promise<Record<string, unknown> | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(jws, await importJWK(key, 'ES256'), { algorithms: ['ES256'] });
    const claims: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return protectedHeader.typ === typ && typeof claims === 'object' && claims !== null
      ? (claims as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const bad = (detail: string): DomainError => new DomainError('enrolment_invalid', { detail });

/** Whether everything of the account was ended since the code was issued, or who vouched for it is no longer among its devices. */
const isVoid = ({ under, vouchedBy }: EnrolmentCodeDocument, account: Account, active: readonly DeviceId[]): boolean =>
  (under !== undefined && under !== account.validFrom) || (vouchedBy !== undefined && !active.includes(vouchedBy));

/** A device with what it let in, and what that let in. */
function familyOf(active: readonly Device[], id: DeviceId): Set<DeviceId> {
  const family = new Set([id]);
  for (let generation = 0; generation < active.length; generation += 1)
    for (const { id: child, vouchedBy } of active) if (vouchedBy !== undefined && family.has(vouchedBy)) family.add(child);
  return family;
}

/** Phones: enrolled with a one-time code, at most three for a person, revoked for good. */
export function createDevices(parts: DeviceParts): Devices {
  const { store, clock, random, accounts, enrolmentCodes, issuer, allowSimulated, unvouchedWaitMs: waitMs } = parts;
  const isNear = (iat: unknown): boolean =>
    typeof iat === 'number' && Math.abs(epochSeconds(clock) - iat) <= devicePolicy.proofSkewSeconds;

  async function checkApprovalProof({ code, approval_proof: proof }: Enrolment, deviceKey: JWK, approvalKey: JWK): Promise<void> {
    const claims = await verified(proof, approvalKey, 'approval-key-proof+jwt');
    if (claims === undefined) throw bad('approval_proof: signature or type');
    if (claims['aud'] !== issuer) throw bad('approval_proof: aud');
    const plain = code.toUpperCase().replace(/-/g, '').trim();
    const digests = [plain, normaliseCode(code)].map((text) => createHash('sha256').update(text).digest('base64url'));
    if (!digests.includes(String(claims['code_hash']))) throw bad('approval_proof: code_hash');
    if (claims['device_jkt'] !== (await calculateJwkThumbprint(deviceKey))) throw bad('approval_proof: device_jkt');
    if (!isNear(claims['iat'])) throw bad('approval_proof: iat');
  }

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
    await checkApprovalProof(enrolment, deviceKey, approvalKey);
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

  /** What a device's approval key signed for one deed of its own, just now, after its holder was verified; undefined when it is not that. */
  async function signedRequest(device: Device, request: string, typ: string): Promise<Record<string, unknown> | undefined> {
    const claims = await verified(request, device.approvalKey, typ);
    const isRight =
      claims !== undefined &&
      claims['aud'] === issuer &&
      claims['device'] === device.id &&
      typeof claims['user_verification'] === 'string' &&
      isNear(claims['iat']);
    const exp = Number(claims?.['exp']);
    return isRight && exp > epochSeconds(clock) && exp - Number(claims['iat']) <= 60 ? claims : undefined;
  }

  async function removeOther(device: Device, id: string, request: string): Promise<void> {
    if (isWaiting(device, clock.now())) throw new DomainError('device_waiting');
    const claims = await signedRequest(device, request, 'device-removal-request+jwt');
    if (claims?.['removes'] !== id) throw new DomainError('removal_request_invalid');
    await remove(device.accountId, id, device.id);
  }

  async function vouch(device: Device, request: string): Promise<IssuedCode> {
    if (isWaiting(device, clock.now())) throw new DomainError('device_waiting');
    const claims = await signedRequest(device, request, 'enrolment-code-request+jwt');
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
