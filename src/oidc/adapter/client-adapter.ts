import type { Adapter, AdapterPayload } from 'oidc-provider';
import { detailTypes } from '#src/backchannel/authorization-details.ts';
import { withKeysAddress } from '#src/clients/inline-keys.ts';
import type { ClientDirectory, ClientWithSecret } from '#src/clients/ports.ts';
import { profileMembers } from '../client-profile.ts';
import { ownCopy } from './own-copy.ts';

/** The library wants to know the sector of several hosts; ours is frozen in the registration, and this address is never fetched. */
const sectorOf = ({ subject_type: type }: Readonly<Record<string, unknown>>, sector: string): object =>
  type === 'pairwise' ? { sector_identifier_uri: `https://${sector}/` } : {};

/** OIDC metadata of a registration as the library wants it. Member order is stable: what looks changed is validated again. */
function providerMetadata({ client, secret }: ClientWithSecret): AdapterPayload {
  // the library writes default_acr_values over the request's own; ours are kept in the policy
  const { default_acr_values: _, ...metadata } = client.metadata;
  return {
    // who names none in its registration may use all: what a service may learn is said by its claims
    authorization_details_types: Object.keys(detailTypes),
    // the library writes thumbprints into the keys
    ...ownCopy(withKeysAddress(metadata, client.id)),
    client_id: client.id,
    require_pkce: client.policy.requirePkce,
    ...profileMembers(metadata['profile']),
    ...sectorOf(metadata, client.sector),
    ...(secret === undefined ? {} : { client_secret: secret }),
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

/** Clients, read-only, from the directory and its five-second cache. */
export function createClientAdapter(directory: ClientDirectory): Pick<Adapter, 'find'> {
  const metadata = new WeakMap<ClientWithSecret, AdapterPayload>();
  return {
    async find(id) {
      const found = await directory.find(id);
      if (found === undefined) return undefined;
      let payload = metadata.get(found);
      if (payload === undefined) {
        payload = withShortFingerprint(providerMetadata(found));
        metadata.set(found, payload);
      }
      return payload;
    },
  };
}
