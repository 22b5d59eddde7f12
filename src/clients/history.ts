import { isDeepStrictEqual } from 'node:util';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Actor } from './actor.ts';
import type { ServiceState } from './states.ts';

/** One member of a registration, as it was and as it is; absent where it was not there. Never a secret. */
export interface MemberChange {
  readonly member: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What was done with a service once, by whom, and why. */
export interface HistoryEntry {
  readonly id: string;
  readonly clientId: string;
  readonly at: number;
  readonly by: string;
  readonly via: string;
  readonly action: string;
  readonly state: ServiceState;
  readonly changes: readonly MemberChange[];
  readonly reason?: string | undefined;
  /** Why nobody else had to approve. */
  readonly approval?: string | undefined;
}

/** What a use case says of itself; who and when is added where it is written. */
export type Told = Pick<HistoryEntry, 'action' | 'state'> & Partial<Pick<HistoryEntry, 'changes' | 'reason' | 'approval'>>;

/** Entries sort by time: their ids begin with it. */
export const historyEntry = (random: Random, clientId: string, at: number, by: Actor, told: Told): HistoryEntry => ({
  id: `${at.toString(36).padStart(9, '0')}-${randomIdentifier(random, 80)}`,
  clientId,
  at,
  by: by.id,
  via: by.via,
  changes: [],
  ...told,
});

type Registered = Readonly<Record<string, unknown>>;

/** Member by member, in the order of their names. */
export function changesBetween(before: Registered, after: Registered): MemberChange[] {
  const members = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return members
    .filter((member) => !isDeepStrictEqual(before[member], after[member]))
    .map((member) => ({
      member,
      ...(before[member] === undefined ? {} : { before: before[member] }),
      ...(after[member] === undefined ? {} : { after: after[member] }),
    }));
}
