import type { Device } from '#src/devices/collections.ts';
import { isWaiting } from '#src/devices/waiting.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { ApprovalId } from '#src/kernel/identifier.ts';
import { networkOf } from '#src/kernel/networks.ts';
import { derivedIdentifier, randomIdentifier } from '#src/kernel/random.ts';
import { approvals } from './collections.ts';
import type { ApprovalParts } from './parts.ts';
import { approvalPolicy } from './policy.ts';
import { needsMatcher } from './proven-methods.ts';
import { checkFrame, decodeHandle, parseQr } from './qr.ts';
import { sealPayload } from './sealed-payload.ts';
import { freezePayload, openApproval, type ShownApproval } from './shown-approval.ts';

/** One approval for each QR of a page: whoever inserts it first has it. */
export const approvalIdOf = (interaction: string, qrStartedAt: number): ApprovalId =>
  derivedIdentifier(`${interaction} ${qrStartedAt}`) as ApprovalId;

/** The same phone may scan again; any other comes too late. */
async function rescan(parts: ApprovalParts, device: Device, id: ApprovalId): Promise<ShownApproval> {
  const existing = await parts.store.get(approvals, id);
  if (existing?.deviceId !== device.id) throw new DomainError('already_scanned');
  return openApproval(parts, device, id);
}

/**
 * The first valid scan of a QR; `address` is the phone's.
 * @throws {DomainError} `qr_invalid`, `qr_expired`, `device_waiting`, `already_scanned`, `level_too_low`, `account_locked`
 */
export async function scanQr(parts: ApprovalParts, device: Device, code: string, address: string): Promise<ShownApproval> {
  const { store, clock, random, signals, requests } = parts;
  const scanned = parseQr(code);
  const { process, interaction } = decodeHandle(scanned.handle);
  const request = await requests.find(interaction);
  if (request === undefined) throw new DomainError('qr_expired');
  if (request.isOwnService && isWaiting(device, clock.now())) throw new DomainError('device_waiting');
  const pageSeconds = Math.floor((clock.now() - request.qrStartedAt) / 1000);
  checkFrame(
    scanned,
    {
      key: parts.sealing.deriveKey('senid-qr-v1'),
      handle: scanned.handle,
      clientId: request.clientId,
      requestDigest: request.requestDigest,
    },
    pageSeconds,
  );
  const seen = await requests.forAccount(interaction, device.accountId);
  if (seen === undefined) throw new DomainError('account_locked');
  if (!seen.reachable) throw new DomainError('level_too_low');

  const id = approvalIdOf(interaction, request.qrStartedAt);
  const nonce = randomIdentifier(random);
  const numberRequired = !seen.browserKnown || networkOf(address) !== networkOf(request.from.network);
  const { browserTrusted } = seen;
  const faceRequired = needsMatcher(device, seen.acr, parts.allowSimulated);
  const decideBefore = clock.now() + approvalPolicy.decideSeconds * 1000;
  const inserted = await store.insert(approvals, {
    id,
    kind: 'sign-in',
    startedBy: 'qr',
    state: 'seen',
    interaction,
    process,
    accountId: device.accountId,
    deviceId: device.id,
    payload: sealPayload(
      parts.sealing,
      id,
      freezePayload(id, request, seen, nonce, { numberRequired, faceRequired }, decideBefore),
    ),
    nonce,
    acr: seen.acr,
    ...(numberRequired ? { number: String(random.below(90) + 10) } : {}),
    browserKnown: seen.browserKnown,
    browserTrusted,
    decideBefore,
    // one that is not decided goes soon, but not before its page: a page must not offer the same QR again
    expiresAt: clock.now() + (approvalPolicy.pageLifeSeconds + approvalPolicy.decideSeconds) * 1000,
  });
  if (!inserted) return rescan(parts, device, id);
  await signals.send(process, 'approval', { interaction, approval: id, state: 'seen' });
  return openApproval(parts, device, id);
}
