import type { Store, StoredDocument } from '#src/kernel/store.ts';
import { type Actor, machineOperator } from './actor.ts';
import type { ClientMetadata, Simulation } from './client.ts';
import { clientHistory, clients, waitingVersions } from './collections.ts';
import { type Comparison, compareVersions } from './comparison.ts';
import { clientNotFound } from './errors.ts';
import type { HistoryEntry } from './history.ts';
import { type ManagersOf, managersOf, setManagers } from './managers.ts';
import { type ProposeOptions, proposeRegistration, putRegistration, type Registered } from './propose.ts';
import type { ClientRegistryParts } from './registry-parts.ts';
import {
  approveVersion,
  dropVersion,
  type Moved,
  refuseVersion,
  type SubmitOptions,
  submitVersion,
  withdrawVersion,
} from './review.ts';
import {
  type AddedSecret,
  addSecret,
  expireSecret,
  type ListedSecret,
  listedSecrets,
  revokeSecret,
  type SecretChange,
  secretsOfRecord,
} from './secret-changes.ts';
import { type Expected, readRecord, type ServiceRecord, stateOf, versionTag } from './service-record.ts';
import { type ListedClient, listedClient, type ServiceStanding, shownRegistration, standingOf } from './shown-registration.ts';
import { setSimulation } from './simulation.ts';
import { setStopped } from './suspension.ts';
import { addTester, type ListedTester, listedTester, removeTester } from './testers.ts';

/** Where a list goes on: after this service. */
export interface ListPage {
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A registration with what tells this state of it from every other. */
export interface ShownService {
  readonly registration: ClientMetadata;
  readonly version: string;
}

/** What is done with registrations, by operators, managers and reviewers (`states.ts`: who may do which). */
export interface ClientRegistry {
  /** An operator's: registers or replaces; in production it waits for another operator. @throws {DomainError} `client_metadata_invalid` */
  put(json: unknown, by?: Actor, expected?: Expected): Promise<Registered>;
  /** A manager's: a draft, beside what works. */
  propose(json: unknown, by: Actor, options?: ProposeOptions): Promise<Registered>;
  submit(id: string, by: Actor, options?: SubmitOptions): Promise<Moved>;
  withdraw(id: string, by: Actor, expected?: Expected): Promise<Moved>;
  drop(id: string, by: Actor, expected?: Expected): Promise<Pick<Moved, 'client_id'>>;
  approve(id: string, by: Actor, expected?: Expected): Promise<Moved>;
  refuse(id: string, by: Actor, expected: Expected): Promise<Moved>;
  suspend(id: string, by?: Actor, expected?: Expected): Promise<Moved>;
  /** Lets a suspended service go on in the stage it had. */
  resume(id: string, by?: Actor, expected?: Expected): Promise<Moved>;
  list(): Promise<ListedClient[]>;
  page(page: ListPage): Promise<ListedClient[]>;
  /** The services of one manager, by the name that stands with them. */
  managedBy(manager: string): Promise<ListedClient[]>;
  /** Under the registration's own member names, fit to be put again. @throws {DomainError} `client_not_found` */
  show(id: string, which?: 'working' | 'waiting'): Promise<ClientMetadata>;
  /** Where it stands, and what is not said in its registration. @throws {DomainError} `client_not_found` */
  standing(id: string): Promise<ServiceStanding>;
  look(id: string, which?: 'working' | 'waiting'): Promise<ShownService>;
  /** Oldest first. @throws {DomainError} `client_not_found` */
  history(id: string, page?: ListPage): Promise<HistoryEntry[]>;
  /** What an approval would change. @throws {DomainError} `client_not_found` where none waits */
  compare(id: string): Promise<Comparison>;
  managers(id: string): Promise<ManagersOf>;
  setManagers(id: string, by: Actor, change: Expected & ManagersOf): Promise<ManagersOf>;
  addSecret(id: string, by: Actor, change?: SecretChange): Promise<AddedSecret>;
  secrets(id: string): Promise<ListedSecret[]>;
  expireSecret(id: string, by: Actor, change: Expected & { readonly secretId: string; readonly at: number }): Promise<void>;
  revokeSecret(id: string, by: Actor, change: Expected & { readonly secretId: string }): Promise<void>;
  addTester(id: string, by: Actor, tester: Expected & { readonly idNumber: string; readonly label: string }): Promise<ListedTester>;
  testers(id: string): Promise<ListedTester[]>;
  removeTester(id: string, by: Actor, tester: Expected & { readonly testerId: string }): Promise<ListedTester>;
  /** Forces the outcome of sign-ins at a service in the sandbox. */
  simulate(id: string, by: Actor, choice: Expected & { readonly outcome: string | undefined }): Promise<Simulation | undefined>;
}

/** More than one person looks after. */
const mostManaged = 500;

const historyPage = (store: Store, id: string, { after, limit }: ListPage): Promise<HistoryEntry[]> =>
  store.find(clientHistory, 'client', id, { limit, ...(after === undefined ? {} : { after }) });

async function wholeHistory(store: Store, id: string): Promise<HistoryEntry[]> {
  const found: HistoryEntry[] = [];
  for (let page: HistoryEntry[] | undefined; page === undefined || page.length > 0; found.push(...page))
    page = await historyPage(store, id, { after: found.at(-1)?.id, limit: 500 });
  return found;
}

/** The services of a page in the order of their identifiers, those that work and those that only wait. */
async function listPage(store: Store, { after, limit }: ListPage): Promise<{ listed: ListedClient[]; last: string | undefined }> {
  const from = { limit, ...(after === undefined ? {} : { after }) };
  // in this order, as `readRecord`
  const waiting = await store.scan(waitingVersions, from);
  const live = await store.scan(clients, from);
  const idsOf = (documents: readonly StoredDocument[]): string[] => documents.map(({ id }) => id);
  const ids = [...new Set([...idsOf(live), ...idsOf(waiting)])].sort().slice(0, limit);
  const records = ids.map(
    (id): ServiceRecord => ({ id, live: live.find((each) => each.id === id), waiting: waiting.find((each) => each.id === id) }),
  );
  return { listed: records.flatMap((record) => listedClient(record) ?? []), last: ids.length < limit ? undefined : ids.at(-1) };
}

export function createClientRegistry(parts: ClientRegistryParts): ClientRegistry {
  const { store, clock } = parts;

  async function look(id: string, which: 'working' | 'waiting' = 'working'): Promise<ShownService> {
    const record = await readRecord(parts, id);
    return { registration: shownRegistration(record, which, clock.now()), version: versionTag(record) };
  }

  return {
    put: async (json, by = machineOperator, expected = {}) => putRegistration(parts, json, by, expected),
    propose: async (json, by, options = {}) => proposeRegistration(parts, json, by, options),
    submit: (id, by, options = {}) => submitVersion(parts, id, by, options),
    withdraw: (id, by, expected = {}) => withdrawVersion(parts, id, by, expected),
    drop: (id, by, expected = {}) => dropVersion(parts, id, by, expected),
    approve: (id, by, expected = {}) => approveVersion(parts, id, by, expected),
    refuse: (id, by, expected) => refuseVersion(parts, id, by, expected),
    suspend: (id, by = machineOperator, expected = {}) => setStopped(parts, id, by, 'suspend', expected),
    resume: (id, by = machineOperator, expected = {}) => setStopped(parts, id, by, 'resume', expected),
    async list() {
      const found: ListedClient[] = [];
      for (let after: string | undefined; ; ) {
        const { listed, last } = await listPage(store, { after, limit: 500 });
        found.push(...listed);
        if (last === undefined) return found;
        after = last;
      }
    },
    async page({ after, limit }) {
      const found: ListedClient[] = [];
      for (let from = after; found.length < limit; ) {
        const { listed, last } = await listPage(store, { after: from, limit });
        found.push(...listed);
        if (last === undefined) break;
        from = last;
      }
      return found.slice(0, limit);
    },
    async managedBy(manager) {
      const most = { limit: mostManaged };
      const [live, waiting] = await Promise.all([
        store.find(clients, 'manager', manager, most),
        store.find(waitingVersions, 'manager', manager, most),
      ]);
      const ids = [...new Set([...live, ...waiting].map(({ id }) => id))].sort();
      const records = await Promise.all(ids.map((id) => readRecord(parts, id)));
      return records
        .filter((record) => stateOf(record) !== 'unknown' && managersOf(record).managers.includes(manager))
        .flatMap((record) => listedClient(record) ?? []);
    },
    standing: async (id) => standingOf(await readRecord(parts, id)),
    look,
    show: async (id, which) => (await look(id, which)).registration,
    async history(id, page) {
      const found = page === undefined ? await wholeHistory(store, id) : await historyPage(store, id, page);
      if (found.length === 0 && (await store.get(clients, id)) === undefined) throw clientNotFound(id);
      return found;
    },
    compare: async (id) => compareVersions(parts, id),
    managers: async (id) => managersOf(await readRecord(parts, id)),
    setManagers: async (id, by, change) => setManagers(parts, id, by, change),
    addSecret: (id, by, change = {}) => addSecret(parts, id, by, change),
    secrets: async (id) => listedSecrets(secretsOfRecord(await readRecord(parts, id)), clock.now()),
    expireSecret: (id, by, change) => expireSecret(parts, id, by, change),
    revokeSecret: (id, by, change) => revokeSecret(parts, id, by, change),
    addTester: async (id, by, tester) => addTester(parts, id, by, tester),
    async testers(id) {
      const { live } = await readRecord(parts, id);
      if (live === undefined) throw clientNotFound(id);
      return (live.testers ?? []).map(listedTester);
    },
    removeTester: (id, by, tester) => removeTester(parts, id, by, tester),
    simulate: async (id, by, choice) => setSimulation(parts, id, by, choice),
  };
}
