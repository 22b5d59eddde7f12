import { createHash } from 'node:crypto';
import { accountEvent } from '#src/accounts/account-events.ts';
import { accountEvents } from '#src/accounts/collections.ts';
import type { ClientDirectory } from '#src/clients/ports.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId, LocalizedText } from '#src/kernel/identifier.ts';
import { CommitConflict, write } from '#src/kernel/store.ts';
import { queuedServiceEvent } from '#src/outbox/service-event.ts';
import { type LinkDocument, linkReferences, links } from './collections.ts';
import type { LinkParts } from './link-requests.ts';
import { linkId, openLinked, referenceKeyOf } from './service-account.ts';

interface EndingParts extends LinkParts {
  readonly clients: ClientDirectory;
}

/** A link as its person reads it. */
export interface ListedLink {
  /** Opaque; of this person alone. */
  readonly id: string;
  readonly clientId: string;
  readonly clientName: LocalizedText;
  /** The account of the service, as the service named it. */
  readonly label: string;
  /** Milliseconds since the epoch. */
  readonly linkedAt: number;
}

/** Named by what it was made of, so that an old list never ends a newer link. */
const listedId = ({ id, madeBy }: LinkDocument): string =>
  createHash('sha256')
    .update(JSON.stringify([id, madeBy]))
    .digest('base64url')
    .slice(0, 22);

const mostLinks = 1000;

const linksOf = ({ store }: Pick<LinkParts, 'store'>, accountId: AccountId): Promise<LinkDocument[]> =>
  store.find(links, 'account', accountId, { limit: mostLinks });

export async function listLinks(parts: EndingParts, accountId: AccountId): Promise<ListedLink[]> {
  return Promise.all(
    (await linksOf(parts, accountId)).map(async (link) => ({
      id: listedId(link),
      clientId: link.clientId,
      clientName: (await parts.clients.find(link.clientId))?.client.name ?? { vi: link.clientId, en: link.clientId },
      label: openLinked(parts.sealing, link).label,
      linkedAt: link.linkedAt,
    })),
  );
}

async function end(parts: EndingParts, link: LinkDocument, by: 'self' | 'service'): Promise<void> {
  const { accountId, clientId } = link;
  const found = await parts.clients.find(clientId);
  const isTold = by === 'self' && (found === undefined || found.client.policy.consentEventUri !== undefined);
  const at = parts.clock.now();
  await parts.store.commit([
    // the remove below fails for nobody, so that this says whether it is still the link that was meant
    write.patch(links, link.id, { madeBy: link.madeBy }, { set: { linkedAt: link.linkedAt } }),
    write.remove(links, link.id),
    write.remove(linkReferences, link.referenceKey),
    write.insert(accountEvents, accountEvent(parts, accountId, 'account-unlinked', { service: clientId, by })),
    ...(isTold
      ? [
          queuedServiceEvent(parts, {
            clientId,
            accountId,
            type: 'account-unlinked',
            at,
            // whose account it was the service knows by its subject: one person has one there
            members: { initiating_entity: 'user' },
          }),
        ]
      : []),
  ]);
}

async function endOnce(parts: EndingParts, link: LinkDocument, by: 'self' | 'service'): Promise<void> {
  try {
    await end(parts, link, by);
  } catch (conflict) {
    if (!(conflict instanceof CommitConflict)) throw conflict;
    throw new DomainError('link_not_found');
  }
}

/** The person unlinks; the service is told. @throws {DomainError} `link_not_found`, another person's too */
export async function endOwnLink(parts: EndingParts, accountId: AccountId, id: string): Promise<void> {
  const link = (await linksOf(parts, accountId)).find((each) => listedId(each) === id);
  if (link === undefined) throw new DomainError('link_not_found');
  await endOnce(parts, link, 'self');
}

/** The link of one of a service's own accounts. @throws {DomainError} `link_not_found` */
export async function findServiceLink(
  { store, sealing }: Pick<LinkParts, 'store' | 'sealing'>,
  clientId: string,
  reference: string,
): Promise<LinkDocument> {
  const key = referenceKeyOf(sealing, clientId, reference);
  const holder = await store.get(linkReferences, key);
  const link = holder && (await store.get(links, linkId(holder.accountId, clientId)));
  if (link?.referenceKey !== key) throw new DomainError('link_not_found');
  return link;
}

/** The service unlinks one of its own accounts; the person reads it in their history. @throws {DomainError} `link_not_found` */
export async function endServiceLink(parts: EndingParts, clientId: string, reference: string): Promise<void> {
  await endOnce(parts, await findServiceLink(parts, clientId, reference), 'service');
}
