import { createHash } from 'node:crypto';
import type { AccountDirectory } from '#src/accounts/ports.ts';
import { parseAcr } from '#src/assurance/level.ts';
import type { ProvenMethod } from '#src/assurance/methods.ts';
import type { Device } from '#src/devices/collections.ts';
import { type Clock, epochSeconds } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId, ApprovalId, DeviceId } from '#src/kernel/identifier.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Signals } from '#src/kernel/signals.ts';
import type { Change, Store } from '#src/kernel/store.ts';
import { type ApprovalDocument, approvals } from './collections.ts';
import { type DecisionClaims, verifyDecision } from './decision.ts';
import { networkOf } from './networks.ts';
import { approvalPolicy } from './policy.ts';
import type { SignInRequest, SignInRequestForAccount, SignInRequests } from './ports.ts';
import { methodsOf, reachesAcr } from './proven-methods.ts';
import { checkFrame, decodeHandle, parseQr } from './qr.ts';

export interface ApprovalParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly signals: Signals;
  readonly sealing: Sealing;
  readonly accounts: AccountDirectory;
  readonly requests: SignInRequests;
  readonly issuer: string;
  /** Development and tests only: what the virtual phone says of biometrics counts. */
  readonly allowSimulated: boolean;
}

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
  readonly payload: string;
}

/** What a phone is given to render and sign. */
export interface ShownApproval {
  readonly id: ApprovalId;
  readonly expiresAt: number;
  /** base64url of UTF-8 JSON. */
  readonly payload: string;
}

export interface ListedApproval {
  readonly id: ApprovalId;
  readonly kind: ApprovalDocument['kind'];
  readonly clientName: string;
  readonly startedBy: ApprovalDocument['startedBy'];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface Approvals {
  /** The first valid scan of a QR; `address` is the phone's. */
  scan(device: Device, code: string, address: string): Promise<ShownApproval>;
  /** The same bytes at every call, for the device that scanned. */
  open(device: Device, id: string): Promise<ShownApproval>;
  decide(device: Device, id: string, jws: string): Promise<void>;
  /** What waits for this device's answer; never a QR that nobody scanned. */
  list(device: Device): Promise<readonly ListedApproval[]>;
  /** What happened to the QR that began at this moment on this page. */
  current(interaction: string, qrStartedAt: number): Promise<ApprovalStatus | undefined>;
  /** Idempotent for its own interaction, refused for every other. */
  use(id: ApprovalId, interaction: string): Promise<UsedApproval>;
}

const approvalIdOf = (interaction: string, qrStartedAt: number): ApprovalId =>
  createHash('sha256').update(`${interaction} ${qrStartedAt}`).digest('base64url').slice(0, 32) as ApprovalId;

interface Shown {
  readonly client: { readonly name: { readonly vi: string } };
  readonly claims: readonly { readonly name: string }[];
}

/** What the person was shown, out of the frozen bytes. */
const shownOf = (payload: string): Shown => JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Shown;

/** One approval, four ways to start it; this version starts it by QR. Every change is one conditional patch. */
export function createApprovals(parts: ApprovalParts): Approvals {
  const { store, clock, random, signals, sealing, accounts, requests, issuer, allowSimulated } = parts;
  const qrKey = sealing.deriveKey('senid-qr-v1');

  function frozenPayload(
    id: ApprovalId,
    request: SignInRequest,
    seen: SignInRequestForAccount,
    nonce: string,
    numberRequired: boolean,
    decideBefore: number,
  ): string {
    const payload = {
      id,
      kind: 'sign-in',
      started_by: 'qr',
      client: { client_id: request.clientId, name: request.client.name, domain: request.client.domain },
      requested_at: new Date(request.requestedAt).toISOString(),
      expires_at: new Date(decideBefore).toISOString(),
      from: {
        browser: request.from.browser,
        network: networkOf(request.from.network),
        place: request.from.place,
        known: seen.browserKnown,
      },
      acr: seen.acr,
      number_required: numberRequired,
      face_required: false,
      claims: seen.claims,
      transaction: null,
      binding_message: null,
      nonce,
    };
    return Buffer.from(JSON.stringify(payload)).toString('base64url');
  }

  async function requireUnlocked(accountId: AccountId) {
    const account = await accounts.get(accountId);
    if (account === undefined || account.lock !== undefined) throw new DomainError('account_locked');
    return account;
  }

  async function scan(device: Device, code: string, address: string): Promise<ShownApproval> {
    const scanned = parseQr(code);
    const { process, interaction } = decodeHandle(scanned.handle);
    const request = await requests.find(interaction);
    if (request === undefined) throw new DomainError('qr_expired');
    const pageSeconds = Math.floor((clock.now() - request.qrStartedAt) / 1000);
    checkFrame(
      scanned,
      { key: qrKey, handle: scanned.handle, clientId: request.clientId, requestDigest: request.requestDigest },
      pageSeconds,
    );
    const seen = await requests.forAccount(interaction, device.accountId);
    if (seen === undefined) throw new DomainError('account_locked');
    if (!seen.reachable) throw new DomainError('level_too_low');

    const id = approvalIdOf(interaction, request.qrStartedAt);
    const nonce = randomIdentifier(random);
    const numberRequired = !seen.browserKnown || networkOf(address) !== networkOf(request.from.network);
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
      payload: frozenPayload(id, request, seen, nonce, numberRequired, decideBefore),
      nonce,
      acr: levelAllowed(seen),
      ...(numberRequired ? { number: String(random.below(90) + 10) } : {}),
      browserKnown: seen.browserKnown,
      decideBefore,
      expiresAt: decideBefore + approvalPolicy.keptMs,
    });
    if (!inserted) return rescan(device, id);
    await signals.send(process, 'approval', { interaction, approval: id, state: 'seen' });
    return open(device, id);
  }

  /** Across devices, level 4 needs a browser that this person has used for a week. */
  function levelAllowed({ acr, browserKnownSince }: SignInRequestForAccount): string {
    const isTrusted = browserKnownSince !== undefined && clock.now() - browserKnownSince >= approvalPolicy.trustedBrowserMs;
    if (parseAcr(acr)?.authentication === 4 && !isTrusted) throw new DomainError('level_too_low');
    return acr;
  }

  /** The same phone may scan again; any other comes too late. */
  async function rescan(device: Device, id: ApprovalId): Promise<ShownApproval> {
    const existing = await store.get(approvals, id);
    if (existing?.deviceId !== device.id) throw new DomainError('already_scanned');
    return open(device, id);
  }

  async function requireOwn(device: Device, id: string): Promise<ApprovalDocument> {
    const approval = await store.get(approvals, id);
    if (approval === undefined || approval.deviceId !== device.id) throw new DomainError('approval_not_found');
    return approval;
  }

  async function open(device: Device, id: string): Promise<ShownApproval> {
    const approval = await requireOwn(device, id);
    if (approval.state === 'seen' && clock.now() >= approval.decideBefore) throw new DomainError('approval_expired');
    return { id: approval.id, expiresAt: approval.decideBefore, payload: approval.payload };
  }

  async function list(device: Device): Promise<readonly ListedApproval[]> {
    const waiting = await store.find(approvals, 'device', device.id, { limit: 20 });
    return waiting
      .filter(({ decideBefore }) => clock.now() < decideBefore)
      .map(({ id, kind, startedBy, payload, decideBefore }) => ({
        id,
        kind,
        startedBy,
        clientName: shownOf(payload).client.name.vi,
        expiresAt: decideBefore,
      }));
  }

  /** Moves a seen approval on; of two decisions the first wins. */
  async function settle(
    approval: ApprovalDocument,
    outcome: Change<ApprovalDocument>['set'] & { state: 'approved' | 'denied' },
  ): Promise<void> {
    const settled = await store.patch(approvals, approval.id, { state: 'seen' }, { set: outcome });
    if (settled.outcome !== 'patched') throw new DomainError('already_decided');
    await signals.send(approval.process, 'approval', {
      interaction: approval.interaction,
      approval: approval.id,
      state: outcome.state,
    });
  }

  async function deny(approval: ApprovalDocument, deniedBy: 'person' | 'wrong-number' | 'not-me', decision: string): Promise<void> {
    await settle(approval, { state: 'denied', deniedBy, decision, decidedAt: clock.now() } as never);
  }

  async function approve(device: Device, approval: ApprovalDocument, claims: DecisionClaims, decision: string): Promise<void> {
    const account = await requireUnlocked(device.accountId);
    const offered = (
      JSON.parse(Buffer.from(approval.payload, 'base64url').toString('utf8')) as { claims: { name: string }[] }
    ).claims.map(({ name }) => name);
    const granted = [...new Set(claims.granted ?? [])];
    if (granted.some((name) => !offered.includes(name))) throw new DomainError('granted_invalid');
    const methods = methodsOf(device, claims.user_verification, epochSeconds(clock), allowSimulated);
    if (!reachesAcr(approval.acr, methods, account.identityLevel, epochSeconds(clock))) throw new DomainError('level_too_low');
    if (approval.number !== undefined && claims.number === undefined) throw new DomainError('number_missing');
    if (approval.number !== undefined && claims.number !== approval.number) {
      await deny(approval, 'wrong-number', decision);
      throw new DomainError('number_wrong');
    }
    await settle(approval, { state: 'approved', methods, granted, decision, decidedAt: clock.now() } as never);
  }

  async function decide(device: Device, id: string, jws: string): Promise<void> {
    const approval = await requireOwn(device, id);
    if (approval.state !== 'seen') throw new DomainError('already_decided');
    if (clock.now() >= approval.decideBefore) throw new DomainError('approval_expired');
    const claims = await verifyDecision(jws, device, approval, { issuer, now: epochSeconds(clock) });
    if (claims.decision === 'approve') await approve(device, approval, claims, jws);
    else await deny(approval, claims.decision === 'deny' ? 'person' : 'not-me', jws);
  }

  async function current(interaction: string, qrStartedAt: number): Promise<ApprovalStatus | undefined> {
    const approval = await store.get(approvals, approvalIdOf(interaction, qrStartedAt));
    if (approval === undefined) return undefined;
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
    if (before === undefined || before.interaction !== interaction) throw new DomainError('approval_not_found');
    await requireUnlocked(before.accountId);
    await store.patch(approvals, id, { state: 'approved' }, { set: { state: 'used', usedBy: interaction } as never });
    const after = await store.get(approvals, id);
    if (after?.state !== 'used' || after.usedBy !== interaction) throw new DomainError('approval_not_found');
    const { accountId, deviceId, methods, granted, decidedAt, browserKnown, decision, payload } = after;
    return { accountId, deviceId, methods, granted, decidedAt, browserKnown, decision, payload };
  }

  return { scan, open, list, decide, current, use };
}
