import type { ApprovalKind } from '#src/approvals/collections.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { PaymentPolicy } from '#src/payments/face-needed.ts';
import type { AuthorizationParams } from '#src/sign-in/authorization-request.ts';
import type { SignInParts } from '#src/sign-in/ports.ts';

/** Numbers about services' own requests; from the dated policy. */
export interface BackchannelPolicy {
  /** How long a request waits for its person, unless it says. */
  readonly requestSeconds: number;
  readonly longestSeconds: number;
  /** Between two polls of one request; who comes earlier waits as much longer. */
  readonly pollSeconds: number;
  /** Requests of one service in a minute, in each process. */
  readonly requestsAMinute: number;
  /** Requests that one person has before them at once; of one service, one. */
  readonly mostOpen: number;
  /** So many requests of one service to one person in so long, none of them approved, and it has to pause before that person. */
  readonly unanswered: number;
  readonly unansweredSeconds: number;
  readonly pauseSeconds: number;
}

export interface BackchannelParts extends SignInParts {
  readonly sealing: Sealing;
  readonly backchannelPolicy: BackchannelPolicy;
  readonly paymentPolicy: PaymentPolicy;
}

/** What is kept of a service's request: everything that is shown, and nothing that says whom it hinted at. */
export interface BackchannelRequest {
  readonly kind: ApprovalKind;
  readonly clientId: string;
  readonly params: AuthorizationParams;
  /** Milliseconds since the epoch. */
  readonly requestedAt: number;
  /** How often the service had been suspended by then; absent, never. */
  readonly suspensions?: number | undefined;
  /** For whom does not poll: what the service gave to be called with. */
  readonly ping?: Ping | undefined;
}

/** @see CIBA Core 1.0, 7.1 and 10.2 */
export interface Ping {
  readonly authReqId: string;
  /** `client_notification_token` of the request. */
  readonly token: string;
}

/** What is kept of a yes: what it was for, and how often everything of that had been taken back by then. */
export interface ApprovedNote {
  readonly purpose: string;
  readonly endings: number;
}
