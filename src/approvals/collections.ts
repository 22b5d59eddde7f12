import type { JWK } from 'jose';
import type { ProvenMethod } from '#src/assurance/methods.ts';
import type { AccountId, ApprovalId, DeviceId, Language } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';

export type ApprovalKind = 'sign-in' | 'data-request' | 'transaction';

/** What every state of an approval has. */
interface ApprovalBase {
  readonly id: ApprovalId;
  readonly kind: ApprovalKind;
  readonly startedBy: 'qr' | 'service';
  /** The page that waits; of a service's own request, that request. */
  readonly interaction: string;
  /** The process whose page waits; empty where none does. */
  readonly process: string;
  readonly accountId: AccountId;
  /** The phone that scanned; of a service's own request, which any phone of the account may open, the one that decided. */
  readonly deviceId?: DeviceId | undefined;
  /** A service's own request, sealed (`sealed-payload.ts`). */
  readonly request?: string | undefined;
  /** The account, while a service's own request waits for one of its phones. */
  readonly waitsFor?: AccountId | undefined;
  /** The register's matcher has seen this person's face for this approval; milliseconds since the epoch. */
  readonly faceMatchedAt?: number | undefined;
  /** The phone it was shown on: a yes from another is not that person's. */
  readonly faceMatchedBy?: DeviceId | undefined;
  /** Looks it took so far, or is taking. */
  readonly faceTries?: number | undefined;
  /** The service that asks by itself, and when it did, in milliseconds since the epoch. */
  readonly clientId?: string | undefined;
  readonly askedAt?: number | undefined;
  /** The two digits the page shows, when they must be typed. */
  readonly number?: string | undefined;
  readonly browserKnown: boolean;
  /** The person has used the browser long enough for the highest level; undefined where no browser waits, and of a version before. */
  readonly browserTrusted?: boolean | undefined;
  /** Decide before this, in milliseconds since the epoch. */
  readonly decideBefore: number;
  /** When the document itself goes. */
  readonly expiresAt: number;
}

/** What a person has been shown. */
interface Frozen {
  /** Frozen at the scan or the first opening; sealed (`sealed-payload.ts`). */
  readonly payload: string;
  readonly nonce: string;
  readonly acr: string;
}

/** A service's own request that no phone has opened. */
export type PendingApproval = ApprovalBase & { readonly state: 'pending' };

/**
 * (qr) first valid scan, (service) pending and first opening → seen → approved | denied; an approved one is used once, by its own interaction.
 */
export type FrozenApproval = ApprovalBase &
  Frozen &
  (
    | { readonly state: 'seen' }
    | {
        readonly state: 'denied';
        readonly deniedBy: 'person' | 'wrong-number' | 'not-me';
        readonly decision?: string;
        readonly decidedAt: number;
      }
    | ApprovedMembers<'approved'>
    | (ApprovedMembers<'used'> & { readonly usedBy: string })
  );

export type ApprovalDocument = PendingApproval | FrozenApproval;

interface ApprovedMembers<State extends string> {
  readonly state: State;
  readonly methods: readonly ProvenMethod[];
  readonly granted: readonly string[];
  /** The signed decision, kept as evidence. */
  readonly decision: string;
  /** In which language the phone showed it, where it says so. */
  readonly language?: Language | undefined;
  readonly decidedAt: number;
  /** What `backchannel/` keeps of a yes to a service's own request. */
  readonly note?: Readonly<Record<string, unknown>> | undefined;
}

export const approvals = collection<ApprovalDocument>()({
  name: 'approvals',
  lifetime: 'expires',
  durability: 'buffered',
  restored: 'when-asked',
  // only what still waits for an answer is listed
  indexes: { device: { on: 'deviceId', where: { state: 'seen' } }, waiting: { on: 'waitsFor' } },
});

/**
 * What a person signed, kept as long as anybody may doubt it: the bytes they were shown, their decision over them, and the key it verifies
 * with (docs/adr/0018-service-requests.md).
 */
export interface SignedDecisionDocument {
  readonly id: ApprovalId;
  readonly kind: ApprovalKind;
  readonly accountId: AccountId;
  readonly clientId: string;
  readonly deviceId: DeviceId;
  /** Sealed, as in the approval. */
  readonly payload: string;
  /** Compact JWS by the approval key. */
  readonly decision: string;
  readonly approvalKey: JWK;
  /** How the key is held, as far as it was attested. */
  readonly attestation: string;
  /** What we signed about it for the service, sealed: it binds the approval key to the person. Of transactions that their service came for. */
  readonly record?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** By a time-stamp authority, where one is configured (`time-stamps/`). `token` is DER in base64. */
  readonly timeStamp?: { readonly token: string; readonly at: number; readonly authority: string } | undefined;
}

export const signedDecisions = collection<SignedDecisionDocument>()({
  name: 'signed_decisions',
  lifetime: 'kept',
  durability: 'flushed',
  indexes: { account: { on: 'accountId' } },
});
