import type { Client, ClientMetadata } from './client.ts';
import { withKeysAddress } from './inline-keys.ts';
import { profileMembers } from './profile-members.ts';

/** Sectors are frozen in the registration, and this address is never fetched. */
const sectorOf = ({ subjectType, sector }: Client): ClientMetadata =>
  subjectType === 'pairwise' ? { sector_identifier_uri: `https://${sector}/` } : {};

/** We call it ourselves; plain http is refused in production by a rule of ours, and everywhere by the library. */
function notified({ backchannel_client_notification_endpoint: address }: ClientMetadata): ClientMetadata {
  return typeof address === 'string' ? { backchannel_client_notification_endpoint: address.replace(/^http:/, 'https:') } : {};
}

/** A client's metadata as the protocol library takes it: what follows from its profile is said, and what is ours to decide does not hinder. */
export const asLibraryReads = (client: Client, metadata: ClientMetadata = client.metadata): ClientMetadata =>
  withKeysAddress(
    { ...metadata, ...profileMembers(client.policy.profile, metadata), ...sectorOf(client), ...notified(metadata) },
    client.id,
  );
