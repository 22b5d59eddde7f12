import { DomainError } from '#src/kernel/domain-error.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Client } from './client.ts';
import { type ClientDocument, clients } from './collections.ts';
import { type ClientDirectoryParts, openSecret, sealSecret } from './directory.ts';
import type { ClientMetadataRules } from './ports.ts';
import { parseRegistration } from './registration.ts';

export interface ClientRegistryParts extends ClientDirectoryParts {
  readonly random: Random;
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

const subjectKeyVersion = 1;
const withoutSecret = ({ secret: _, ...client }: ClientDocument): Client => client;
const notFound = (id: string): DomainError => new DomainError('client_not_found', { detail: id });
const needsSecret = (method: unknown): boolean => method === undefined || String(method).startsWith('client_secret');

export function createClientRegistry(parts: ClientRegistryParts): ClientRegistry {
  const { store, sealing, random, clock, signals, rules } = parts;

  async function put(json: unknown): Promise<{ client_id: string; client_secret?: string }> {
    const { client, secret: given, isPublicClient } = parseRegistration(json, subjectKeyVersion);
    const before = await store.get(clients, client.id);
    const kept = openSecret(sealing, before);
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
      secret: secret === undefined ? undefined : sealSecret(sealing, client.id, secret),
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
