import type { Account } from '#src/accounts/account.ts';
import { listLinks } from '#src/links/end-link.ts';
import type { DeviceApiParts } from './parts.ts';

/** Which accounts of services belong to this person. */
export const readLinks = async (parts: DeviceApiParts, account: Account) => ({
  links: (await listLinks(parts, account.id)).map(({ id, clientId, clientName, label, linkedAt }) => ({
    id,
    client_id: clientId,
    client_name: clientName,
    account: label,
    linked_at: new Date(linkedAt).toISOString(),
  })),
});
