import type { ProvenMethod } from '#src/assurance/methods.ts';
import type { AccountId, ApprovalId, DeviceId } from '#src/kernel/identifier.ts';
import { collection } from '#src/kernel/store.ts';

/** What every state of an approval has. */
interface ApprovalBase {
  readonly id: ApprovalId;
  readonly kind: 'sign-in';
  readonly startedBy: 'qr';
  readonly interaction: string;
  /** The process whose page waits. */
  readonly process: string;
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
  /** What the person is shown, frozen at the scan; sealed (`sealed-payload.ts`). */
  readonly payload: string;
  readonly nonce: string;
  readonly acr: string;
  /** The two digits the page shows, when they must be typed. */
  readonly number?: string | undefined;
  readonly browserKnown: boolean;
  /** Decide before this, in milliseconds since the epoch. */
  readonly decideBefore: number;
  /** When the document itself goes. */
  readonly expiresAt: number;
}

/** (qr) first valid scan → seen → approved | denied; an approved one is used once, by its own interaction. */
export type ApprovalDocument = ApprovalBase &
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

interface ApprovedMembers<State extends string> {
  readonly state: State;
  readonly methods: readonly ProvenMethod[];
  readonly granted: readonly string[];
  /** The signed decision, kept as evidence. */
  readonly decision: string;
  readonly decidedAt: number;
}

export const approvals = collection<ApprovalDocument>()({
  name: 'approvals',
  lifetime: 'expires',
  durability: 'buffered',
  restored: 'when-asked',
  // only what still waits for an answer is listed
  indexes: { device: { on: 'deviceId', where: { state: 'seen' } } },
});
