import { DomainError } from '#src/kernel/domain-error.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Client, ClientMetadata } from './client.ts';
import { type ClientDocument, clients } from './collections.ts';
import { type ClientDirectoryParts, openSecret, sealSecret } from './directory.ts';
import type { ClientErrorCode } from './errors.ts';
import { withKeysAddress } from './inline-keys.ts';
import type { ClientMetadataRules } from './ports.ts';
import { needsSecret } from './protocol-rules.ts';
import { clientOf, type RegistrationPolicy, readRegistration } from './registration.ts';
import { type ListedClient, listedClient, shownRegistration } from './shown-registration.ts';

export interface ClientRegistryParts extends ClientDirectoryParts {
  readonly random: Random;
  readonly rules: ClientMetadataRules;
  readonly registration: RegistrationPolicy;
}

/** `client_secret`: a generated one, given this once. `state`: only where the service stays stopped. */
export interface Registered {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly state?: 'suspended';
}

/** What the operator does with registrations. */
export interface ClientRegistry {
  /** Registers or replaces; a suspended service stays suspended. @throws {DomainError} `client_metadata_invalid` */
  put(json: unknown): Promise<Registered>;
  list(): Promise<ListedClient[]>;
  /** Under the registration's own member names, fit to be put again. @throws {DomainError} `client_not_found` */
  show(id: string): Promise<ClientMetadata>;
  /** @throws {DomainError} `client_not_found` */
  suspend(id: string): Promise<void>;
  /** Lets a suspended service work again. @throws {DomainError} `client_not_found` */
  resume(id: string): Promise<void>;
}

const notFound = (id: string): DomainError<ClientErrorCode> => new DomainError('client_not_found', { detail: id });

/** The library asks a pairwise client of several hosts for its sector's address; ours is frozen, and nothing is fetched. */
const asProviderReads = ({ id, metadata, sector, subjectType }: Client): ClientMetadata =>
  withKeysAddress(subjectType === 'pairwise' ? { ...metadata, sector_identifier_uri: `https://${sector}/` } : metadata, id);

export function createClientRegistry(parts: ClientRegistryParts): ClientRegistry {
  const { store, sealing, random, clock, signals, rules, registration: policy } = parts;

  /** Gives the state that holds, which a put never changes; undefined when another put has inserted meanwhile. */
  async function keep(
    { state, ...client }: Client,
    secret: string | undefined,
    isNew: boolean,
  ): Promise<Client['state'] | undefined> {
    const sealed = secret === undefined ? {} : { secret: sealSecret(sealing, client.id, secret) };
    const now = clock.now();
    const set: Partial<ClientDocument> = { ...client, ...sealed, updatedAt: now };
    if (isNew)
      return (await store.insert(clients, { ...client, ...sealed, state, schema: 1, createdAt: now, updatedAt: now }))
        ? state
        : undefined;
    const optional = ['secret', 'subjectTypeReason'] as const;
    const kept = await store.patch(clients, client.id, {}, { set, unset: optional.filter((member) => set[member] === undefined) });
    return kept.outcome === 'patched' ? kept.document.state : undefined;
  }

  async function put(json: unknown): Promise<Registered> {
    const registration = readRegistration(json, policy);
    const { client_id: id, client_secret: given } = registration.members;
    const before = await store.get(clients, id);
    const client = clientOf(registration, before);
    const wanted = needsSecret(registration.members);
    const known = wanted ? (given ?? openSecret(sealing, before)) : undefined;
    // base64url: letters, digits, - and _ only, since some libraries do not form-encode Basic credentials
    const generated = wanted && known === undefined ? randomIdentifier(random, 256) : undefined;
    const secret = known ?? generated;
    rules.check(asProviderReads(client), secret);
    const state = await keep(client, secret, before === undefined);
    if (state === undefined) return put(json);
    await signals.send('*', 'client', { clientId: id });
    return {
      client_id: id,
      ...(generated === undefined ? {} : { client_secret: generated }),
      ...(state === 'suspended' ? { state } : {}),
    };
  }

  async function setState(id: string, state: Client['state']): Promise<void> {
    const result = await store.patch(clients, id, {}, { set: { state, updatedAt: clock.now() } });
    if (result.outcome === 'missing') throw notFound(id);
    await signals.send('*', 'client', { clientId: id });
  }

  return {
    put,
    async list() {
      const found: ListedClient[] = [];
      for (let after: string | undefined; ; ) {
        const page = await store.scan(clients, { limit: 500, ...(after === undefined ? {} : { after }) });
        found.push(...page.map(listedClient));
        after = page.at(-1)?.id;
        if (page.length < 500) return found;
      }
    },
    async show(id) {
      const document = await store.get(clients, id);
      if (document === undefined) throw notFound(id);
      return shownRegistration(document);
    },
    suspend: (id) => setState(id, 'suspended'),
    resume: (id) => setState(id, 'active'),
  };
}
