import { collection } from '#src/kernel/store.ts';
import type { BroughtSecrets } from './brought-secrets.ts';
import type { Client } from './client.ts';
import type { HistoryEntry } from './history.ts';
import type { KeptSecret } from './secrets.ts';
import type { Stage } from './states.ts';

/** Who stopped a service, and why. */
export interface Suspension {
  readonly at: number;
  readonly by: string;
  readonly reason?: string | undefined;
}

/**
 * A service that works: what was approved last. Members of `Client` are kept as they are: a registration is not personal data. `updatedAt` is
 * never the same twice, so that it also tells one state of the document from the next.
 */
export interface ClientDocument extends Client {
  readonly schema: number;
  /** The newest sealed secret once more, for processes of the version before. */
  readonly secret?: string | undefined;
  readonly secrets?: readonly KeptSecret[] | undefined;
  /** Who may manage it, beside operators. */
  readonly managers?: readonly string[] | undefined;
  /** Who changed what works since it was last approved: only in the sandbox, where changes need no approval. */
  readonly hands?: readonly string[] | undefined;
  readonly suspension?: Suspension | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The version of a service that is worked on or waits for approval. It is in no process's cache: nothing of it works. */
export interface WaitingDocument {
  readonly id: string;
  /** `none`: there was one, and it was approved or dropped. */
  readonly stage: 'draft' | 'review' | 'none';
  readonly target: Stage;
  readonly version: Client;
  /** Those of a service of which nothing works yet. Beside one that works they count for nothing: a process of the version before copied them. */
  readonly secrets?: readonly KeptSecret[] | undefined;
  /** What it changes of those of a service that works. */
  readonly brought?: BroughtSecrets | undefined;
  readonly managers: readonly string[];
  /** Everybody who made, changed or submitted it. */
  readonly hands: readonly string[];
  /** Why it came back last. */
  readonly refusal?: Suspension | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const clients = collection<ClientDocument>()({
  name: 'clients',
  lifetime: 'kept',
  durability: 'flushed',
  indexes: { manager: { on: 'managers' }, sector: { on: 'sector' } },
  upgrades: [
    // before there were stages, all that was registered was for everybody
    { reads: [], fill: () => ({ stage: 'production' }) },
    // nothing new in it: written again, it is found by its sector
    { reads: [], fill: () => ({}) },
  ],
});

export const waitingVersions = collection<WaitingDocument>()({
  name: 'waiting_clients',
  lifetime: 'kept',
  durability: 'flushed',
  indexes: { manager: { on: 'managers' } },
});

/** Entries are written once and never changed. */
export const clientHistory = collection<HistoryEntry>()({
  name: 'client_history',
  lifetime: 'kept',
  durability: 'flushed',
  indexes: { client: { on: 'clientId' } },
});
