import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Signals } from '#src/kernel/signals.ts';
import type { Store } from '#src/kernel/store.ts';
import type { Client } from './client.ts';
import { type ClientDocument, clients } from './collections.ts';
import type { ClientDirectory, ClientMetadataRules, ClientWithSecret } from './ports.ts';
import { parseRegistration } from './registration.ts';

export interface ClientRegistryParts {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly random: Random;
  readonly clock: Clock;
  readonly signals: Signals;
  readonly rules: ClientMetadataRules;
}

/** What the operator does with registrations. */
export interface ClientRegistry {
  /** Registers or replaces; a generated secret is given this once. */
  put(json: unknown): Promise<{ client_id: string; client_secret?: string }>;
  list(): Promise<Client[]>;
  /** @throws {DomainError} `client_not_found` */
  show(id: string): Promise<Client>;
  suspend(id: string): Promise<void>;
}

const sealContext = (id: string): string => `clients/${id}/secret`;
const subjectKeyVersion = 1;
const withoutSecret = ({ secret: _, ...client }: ClientDocument): Client => client;
const notFound = (id: string): DomainError => new DomainError('client_not_found', { detail: id });
const needsSecret = (method: unknown): boolean => method === undefined || String(method).startsWith('client_secret');

export function createClientRegistry(parts: ClientRegistryParts): ClientRegistry {
  const { store, sealing, random, clock, signals, rules } = parts;

  async function put(json: unknown): Promise<{ client_id: string; client_secret?: string }> {
    const { client, secret: given, isPublicClient } = parseRegistration(json, subjectKeyVersion);
    const before = await store.get(clients, client.id);
    const kept = before?.secret === undefined ? undefined : sealing.open(before.secret, sealContext(client.id));
    const wanted = !isPublicClient && needsSecret(client.metadata['token_endpoint_auth_method']);
    // base64url: letters, digits, - and _ only, since some libraries do not form-encode Basic credentials
    const generated = wanted && given === undefined && kept === undefined ? randomIdentifier(random, 256) : undefined;
    const secret = wanted ? (given ?? kept ?? generated) : undefined;
    rules.check(client.metadata, secret);
    await store.upsert(clients, {
      ...client,
      // a new redirect host or key never changes a sub
      sector: before?.sector ?? client.sector,
      subjectKeyVersion: before?.subjectKeyVersion ?? client.subjectKeyVersion,
      schema: 1,
      state: before?.state ?? 'active',
      secret: secret === undefined ? undefined : sealing.seal(secret, sealContext(client.id)),
      createdAt: before?.createdAt ?? clock.now(),
      updatedAt: clock.now(),
    });
    await signals.send('*', 'client', { clientId: client.id });
    return { client_id: client.id, ...(generated === undefined ? {} : { client_secret: generated }) };
  }

  return {
    put,
    async list() {
      const found: Client[] = [];
      for (let after: string | undefined; ; ) {
        const page = await store.scan(clients, { limit: 500, ...(after === undefined ? {} : { after }) });
        found.push(...page.map(withoutSecret));
        after = page.at(-1)?.id;
        if (page.length < 500) return found;
      }
    },
    async show(id) {
      const document = await store.get(clients, id);
      if (document === undefined) throw notFound(id);
      return withoutSecret(document);
    },
    async suspend(id) {
      const result = await store.patch(clients, id, {}, { set: { state: 'suspended', updatedAt: clock.now() } });
      if (result.outcome === 'missing') throw notFound(id);
      await signals.send('*', 'client', { clientId: id });
    },
  };
}

/** Looks services up through a cache of `maxAgeMs`, dropped at once by a signal. */
export function createClientDirectory(
  { store, sealing, clock, signals }: Pick<ClientRegistryParts, 'store' | 'sealing' | 'clock' | 'signals'>,
  maxAgeMs = 4000,
): ClientDirectory {
  const cache = new Map<string, { at: number; updatedAt: number; found: ClientWithSecret | undefined }>();
  signals.listen('client', ({ clientId }) => cache.delete(clientId));

  async function load(id: string): Promise<ClientWithSecret | undefined> {
    const document = await store.get(clients, id);
    const known = cache.get(id);
    if (cache.size > 20_000) cache.clear();
    // an unchanged registration keeps its object, so that what was built from it stays valid
    const unchanged = document !== undefined && known?.found !== undefined && known.updatedAt === document.updatedAt;
    const found = unchanged ? known.found : open(document);
    if (document !== undefined) cache.set(id, { at: clock.now(), updatedAt: document.updatedAt, found });
    else cache.delete(id);
    return found;
  }

  function open(document: ClientDocument | undefined): ClientWithSecret | undefined {
    if (document === undefined || document.state === 'suspended') return undefined;
    const secret = document.secret === undefined ? undefined : sealing.open(document.secret, sealContext(document.id));
    return { client: withoutSecret(document), secret };
  }

  return {
    async find(id) {
      const known = cache.get(id);
      const age = known === undefined ? undefined : clock.now() - known.at;
      return known !== undefined && age !== undefined && age >= 0 && age < maxAgeMs ? known.found : load(id);
    },
  };
}
