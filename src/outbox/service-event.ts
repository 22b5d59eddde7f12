import type { Clock } from '#src/kernel/clock.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Write } from '#src/kernel/store.ts';
import { queued } from './messages.ts';

/** What a service can be told about somebody who uses it. */
export type ServiceEventType = 'consent-withdrawn' | 'account-unlinked';

/** Something that happened between a person and a service, which the service is to know. */
export interface ServiceEvent {
  readonly clientId: string;
  readonly accountId: AccountId;
  readonly type: ServiceEventType;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The event's own members, as they go out. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** The kind of message that carries one. */
export const serviceEventKind = 'service-event';

export const queuedServiceEvent = (
  parts: { readonly clock: Clock; readonly random: Random },
  { clientId, ...content }: ServiceEvent,
): Write => queued(parts, { kind: serviceEventKind, to: clientId, content });

/** The event in a message of this kind. */
export const serviceEventOf = ({
  to,
  content,
}: {
  readonly to: string;
  readonly content: Readonly<Record<string, unknown>>;
}): ServiceEvent => ({ ...(content as unknown as Omit<ServiceEvent, 'clientId'>), clientId: to });
