import type { ProvenMethod } from '#src/assurance/methods.ts';
import { type Device, devices } from '#src/devices/collections.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId, ApprovalId, DeviceId, Language } from '#src/kernel/identifier.ts';
import { checkFace } from './check-face.ts';
import { approvals, type FrozenApproval } from './collections.ts';
import { decideApproval } from './decide-approval.ts';
import type { ApprovalParts } from './parts.ts';
import type { ShownClaim } from './ports.ts';
import { approvalIdOf, scanQr } from './scan-qr.ts';
import { openPayload } from './sealed-payload.ts';
import { openServiceApproval, waitingRequests } from './service-approval.ts';
import { type ListedApproval, type ShownApproval, shownOf } from './shown-approval.ts';

/** What a page may know of its approval. */
export interface ApprovalStatus {
  readonly id: ApprovalId;
  readonly state: 'seen' | 'approved' | 'denied' | 'expired' | 'used';
  readonly deniedBy?: 'person' | 'wrong-number' | 'not-me';
  /** The two digits to show. */
  readonly number?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** An approval taken up by its interaction. */
export interface UsedApproval {
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
  readonly methods: readonly ProvenMethod[];
  readonly granted: readonly string[];
  readonly decidedAt: number;
  readonly browserKnown: boolean;
  readonly decision: string;
  /** In which language the phone showed it, where it says so. */
  readonly language: Language | undefined;
  /** The claims on the phone's screen, by their names. */
  readonly shown: Readonly<Record<string, ShownClaim>>;
}

/** More than a device may scan in the short life of an approval that is not decided. */
const mostScanned = 2000;

export interface Approvals {
  /** The first valid scan of a QR; `address` is the phone's. */
  scan(device: Device, code: string, address: string): Promise<ShownApproval>;
  /** The same bytes at every call, for the device that scanned, and for all of the account where a service asks. */
  open(device: Device, id: string): Promise<ShownApproval>;
  decide(device: Device, id: string, jws: string): Promise<void>;
  /** The register's own look at the person's face, for this approval alone; `capture` is JPEG or PNG. */
  checkFace(device: Device, id: string, capture: Buffer): Promise<void>;
  /** What waits for this device's answer; never a QR that nobody scanned. */
  list(device: Device): Promise<readonly ListedApproval[]>;
  /** What happened to the QR that began at this moment on this page. */
  current(interaction: string, qrStartedAt: number): Promise<ApprovalStatus | undefined>;
  /** The page that waits is now held by this process: what is decided from here on is signalled to it. */
  followFrom(interaction: string, qrStartedAt: number): Promise<void>;
  /**
   * Idempotent for its own interaction, refused for every other, and once its phone was removed. Whether the account may still be used is
   * the journey's question.
   */
  use(id: ApprovalId, interaction: string): Promise<UsedApproval>;
}

/** One approval, four ways to start it; this version starts it by QR. Every change is one conditional patch. */
export function createApprovals(parts: ApprovalParts): Approvals {
  const { store, clock, signals, sealing } = parts;

  async function list(device: Device): Promise<readonly ListedApproval[]> {
    const scanned = await store.find(approvals, 'device', device.id, { limit: mostScanned });
    const ofQr = (scanned as FrozenApproval[])
      .filter(({ decideBefore, startedBy }) => startedBy === 'qr' && clock.now() < decideBefore)
      .map((approval) => ({
        id: approval.id,
        kind: approval.kind,
        startedBy: approval.startedBy,
        clientName: shownOf(openPayload(sealing, approval)).client.name.vi,
        expiresAt: approval.decideBefore,
      }));
    return [...ofQr, ...(await waitingRequests(parts, device))];
  }

  async function current(interaction: string, qrStartedAt: number): Promise<ApprovalStatus | undefined> {
    const approval = await store.get(approvals, approvalIdOf(interaction, qrStartedAt));
    if (approval === undefined || approval.state === 'pending') return undefined;
    const isOver = approval.state === 'seen' && clock.now() >= approval.decideBefore;
    return {
      id: approval.id,
      state: isOver ? 'expired' : approval.state,
      ...(approval.state === 'denied' ? { deniedBy: approval.deniedBy } : {}),
      number: approval.number,
      expiresAt: approval.decideBefore,
    };
  }

  async function use(id: ApprovalId, interaction: string): Promise<UsedApproval> {
    const before = await store.get(approvals, id);
    if (before === undefined || before.interaction !== interaction || before.deviceId === undefined)
      throw new DomainError('approval_not_found');
    const device = await store.get(devices, before.deviceId);
    if (device === undefined || device.revokedAt !== undefined) throw new DomainError('device_revoked');
    const used = await store.patch(approvals, id, { state: 'approved' }, { set: { state: 'used', usedBy: interaction } as never });
    const after = 'document' in used ? used.document : undefined;
    if (after?.state !== 'used' || after.usedBy !== interaction) throw new DomainError('approval_not_found');
    const { deviceId } = before;
    const { accountId, methods, granted, decidedAt, browserKnown, decision, language } = after;
    const shown = Object.fromEntries(shownOf(openPayload(sealing, after)).claims.map((claim) => [claim.name, claim]));
    return { accountId, deviceId, methods, granted, decidedAt, browserKnown, decision, language, shown };
  }

  async function followFrom(interaction: string, qrStartedAt: number): Promise<void> {
    const id = approvalIdOf(interaction, qrStartedAt);
    const approval = await store.get(approvals, id);
    if (approval?.state === 'seen' && approval.process !== signals.process)
      await store.patch(approvals, id, { state: 'seen' }, { set: { process: signals.process } });
  }

  return {
    followFrom,
    scan: (device, code, address) => scanQr(parts, device, code, address),
    open: (device, id) => openServiceApproval(parts, device, id),
    decide: (device, id, jws) => decideApproval(parts, device, id, jws),
    checkFace: (device, id, capture) => checkFace(parts, device, id, capture),
    list,
    current,
    use,
  };
}
