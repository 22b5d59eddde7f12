import type { AccountId } from '#src/kernel/identifier.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { LinkDocument, LinkRequestDocument, ServiceAccount } from './collections.ts';

const clientKey = (clientId: string): string => Buffer.from(clientId).toString('base64url');

export const linkId = (accountId: AccountId, clientId: string): string => `${accountId}.${clientKey(clientId)}`;

/** The same for the same reference of the same service, and telling nobody which. */
export const referenceKeyOf = (sealing: Sealing, clientId: string, reference: string): string =>
  `${clientKey(clientId)}.${sealing.blindIndex('link-reference', JSON.stringify([clientId, reference]))}`;

const requestContext = (id: string): string => `link_requests/${id}/account`;
const linkContext = (id: string): string => `links/${id}/account`;

export const sealRequested = (sealing: Sealing, id: string, account: ServiceAccount): string =>
  sealing.seal(JSON.stringify(account), requestContext(id));
export const openRequested = (sealing: Sealing, { id, account }: LinkRequestDocument): ServiceAccount =>
  JSON.parse(sealing.open(account, requestContext(id))) as ServiceAccount;

export const sealLinked = (sealing: Sealing, id: string, account: ServiceAccount): string =>
  sealing.seal(JSON.stringify(account), linkContext(id));
export const openLinked = (sealing: Sealing, { id, account }: LinkDocument): ServiceAccount =>
  JSON.parse(sealing.open(account, linkContext(id))) as ServiceAccount;
