import { z } from 'zod';
import type { Clock } from '#src/kernel/clock.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Sealing } from '#src/kernel/sealing.ts';

interface TicketParts {
  readonly sealing: Sealing;
  readonly clock: Clock;
}

const lifeMs = 15 * 60_000;
const context = 'account/lock-ticket';
const shape = z.strictObject({ accountId: z.string(), until: z.number() });

/** Lets whoever holds it lock one account and do nothing else: for the page after "not me", where nobody is signed in any longer. */
export const sealLockTicket = ({ sealing, clock }: TicketParts, accountId: AccountId): string =>
  sealing.seal(JSON.stringify({ accountId, until: clock.now() + lifeMs }), context);

/** Undefined for one that is too old or was not made here. */
export function openLockTicket({ sealing, clock }: TicketParts, ticket: string): AccountId | undefined {
  try {
    const { accountId, until } = shape.parse(JSON.parse(sealing.open(ticket, context)));
    return clock.now() < until ? (accountId as AccountId) : undefined;
  } catch {
    return undefined;
  }
}
