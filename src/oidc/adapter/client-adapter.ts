import { type Adapter, type AdapterPayload, Provider } from 'oidc-provider';
import { detailTypes } from '#src/backchannel/authorization-details.ts';
import { asLibraryReads } from '#src/clients/library-metadata.ts';
import type { ClientDirectory, ClientWithSecrets } from '#src/clients/ports.ts';
import { needsSecretBy } from '#src/clients/protocol-rules.ts';
import { scopesOf } from '#src/clients/scopes.ts';
import { type ClientSecret, isLive, presentedSecret } from '#src/clients/secrets.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { type KeySet, type KeySets, liveKeys } from '../key-sets.ts';
import { needsKeys, presentedIn } from '../presented-credentials.ts';
import { ownCopy } from './own-copy.ts';

export interface ClientAdapterParts {
  readonly clients: ClientDirectory;
  readonly clock: Clock;
  readonly keySets: KeySets;
  readonly claimsByScope: Readonly<Record<string, readonly string[]>>;
}

/** What nothing that a request can present is equal to. */
const unusable: ClientSecret = { value: `over-${crypto.randomUUID()}${crypto.randomUUID()}` };

/** The secret that the library compares with: the presented one where it counts, else the newest that does. */
function secretFor(secrets: readonly ClientSecret[], presented: string | undefined, now: number): ClientSecret {
  const meant = presented === undefined ? undefined : presentedSecret(secrets, presented, now);
  return meant ?? secrets.find((secret) => isLive(secret, now)) ?? unusable;
}

/** OIDC metadata of a registration as the library wants it. Member order is stable: what looks changed is validated again. */
function providerMetadata(
  { client }: ClientWithSecrets,
  secret: ClientSecret | undefined,
  keys: KeySet | undefined,
  claimsByScope: ClientAdapterParts['claimsByScope'],
): AdapterPayload {
  // the library writes default_acr_values over the request's own, and knows one end for one secret; ours are kept apart
  const { default_acr_values: _, client_secret_expires_at: _e, ...metadata } = client.metadata;
  const { jwks_uri: _u, ...withoutAddress } = metadata;
  return {
    // who names none in its registration may use all: what a service may learn is said by its claims
    authorization_details_types: Object.keys(detailTypes),
    // the library writes thumbprints into the keys
    ...ownCopy(asLibraryReads(client, keys === undefined ? metadata : { ...withoutAddress, jwks: keys })),
    client_id: client.id,
    require_pkce: client.policy.profile === undefined ? client.policy.requirePkce : true,
    ...(client.policy.profile === undefined ? {} : { profile: client.policy.profile }),
    scope: scopesOf(client.policy, metadata, claimsByScope).join(' '),
    ...(secret === undefined ? {} : { client_secret: secret.value }),
  } as AdapterPayload;
}

/**
 * The library hashes the JSON of a client at every look-up to see whether it changed. An object of ours never changes, a new registration is
 * a new object, so its JSON for that purpose is a number.
 */
function withShortFingerprint(payload: AdapterPayload): AdapterPayload {
  fingerprints += 1;
  const fingerprint = fingerprints;
  return Object.defineProperty(payload, 'toJSON', { value: () => fingerprint });
}
let fingerprints = 0;

const noSecret = {};
const ownAddress = {};

/** Clients, read-only, from the directory and its five-second cache, each with the secret and the keys that its request is measured by. */
export function createClientAdapter({ clients, clock, keySets, claimsByScope }: ClientAdapterParts): Pick<Adapter, 'find'> {
  const payloads = new WeakMap<ClientWithSecrets, Map<object, WeakMap<object, AdapterPayload>>>();

  /** The keys that count now: those registered inline, or those at the registered address when this request needs them. */
  async function keysOf({ client: { metadata, policy } }: ClientWithSecrets): Promise<KeySet | undefined> {
    const { jwks, jwks_uri: address } = metadata;
    if (jwks !== undefined) return liveKeys(jwks as KeySet, clock.now());
    if (
      typeof address !== 'string' ||
      Provider.ctx === undefined ||
      !needsKeys(Provider.ctx, metadata['token_endpoint_auth_method'])
    )
      return undefined;
    return keySets.at(address, policy.profile !== undefined);
  }

  return {
    async find(id) {
      const found = await clients.find(id);
      if (found === undefined) return undefined;
      const keys = await keysOf(found);
      const secret = !needsSecretBy(found.client.metadata)
        ? undefined
        : secretFor(found.secrets, Provider.ctx && presentedIn(Provider.ctx), clock.now());
      const bySecret = payloads.get(found) ?? new Map<object, WeakMap<object, AdapterPayload>>();
      payloads.set(found, bySecret);
      const byKeys = bySecret.get(secret ?? noSecret) ?? new WeakMap<object, AdapterPayload>();
      bySecret.set(secret ?? noSecret, byKeys);
      let payload = byKeys.get(keys ?? ownAddress);
      if (payload === undefined) {
        payload = withShortFingerprint(providerMetadata(found, secret, keys, claimsByScope));
        byKeys.set(keys ?? ownAddress, payload);
      }
      return payload;
    },
  };
}
