import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type LinkDocument, type LinkRequestDocument, linkReferences, linkRequests, links } from './collections.ts';
import { type LinkParts, linkRequestId } from './link-requests.ts';
import { linkId, openLinked, openRequested, referenceKeyOf } from './service-account.ts';

/** What a person must see before they say yes to a link. */
export interface LinkOffer {
  /** The account of the service, as the service names it. */
  readonly label: string;
  /** The account that was linked until now and no longer will be. */
  readonly replaces: string | undefined;
}

interface Asked {
  readonly link: string;
  readonly clientId: string;
  readonly accountId: AccountId;
}

interface Offered {
  readonly request: LinkRequestDocument;
  readonly current: LinkDocument | undefined;
  readonly offer: LinkOffer;
}

const noReference = 'none';

/** @throws {DomainError} `link_invalid`, `link_taken` */
async function find(
  { store, sealing }: Pick<LinkParts, 'store' | 'sealing'>,
  { link, clientId, accountId }: Asked,
): Promise<Offered> {
  const request = await store.get(linkRequests, linkRequestId(link));
  const isOpen = request?.isDone !== true && (request?.confirmedBy === undefined || request.confirmedBy === accountId);
  // one of another service, used, expired and never made answer alike
  if (request === undefined || request.clientId !== clientId || !isOpen) throw new DomainError('link_invalid');
  const { reference, label } = openRequested(sealing, request);
  const referenceKey = referenceKeyOf(sealing, clientId, reference);
  const holder = await store.get(linkReferences, referenceKey);
  if (holder !== undefined && holder.accountId !== accountId) throw new DomainError('link_taken');
  const current = await store.get(links, linkId(accountId, clientId));
  const isOther = current !== undefined && current.referenceKey !== referenceKey;
  return { request, current, offer: { label, replaces: isOther ? openLinked(sealing, current).label : undefined } };
}

/**
 * What a link request offers this person.
 * @throws {DomainError} `link_invalid`, `link_taken` when the account of the service is another person's
 */
export const findLinkOffer = async (parts: Pick<LinkParts, 'store' | 'sealing'>, asked: Asked): Promise<LinkOffer> =>
  (await find(parts, asked)).offer;

/**
 * The person said yes to what they were shown. Nothing is linked yet: that takes the service, and the sign-in that began in its browser.
 * @throws {DomainError} `link_invalid`, `link_taken`
 */
export async function confirmLink(parts: Pick<LinkParts, 'store' | 'sealing'>, asked: Asked): Promise<void> {
  const { request, current } = await find(parts, asked);
  const confirmed = { confirmedBy: asked.accountId, replaces: current?.referenceKey ?? noReference };
  const isOurs = await parts.store.amend(
    linkRequests,
    request.id,
    { confirmedBy: request.confirmedBy, isDone: undefined },
    { set: confirmed },
  );
  if (!isOurs) throw new DomainError('link_invalid');
}

/** Whether what is linked now is what the person was told would be replaced. */
export const isAsConfirmed = ({ replaces }: LinkRequestDocument, current: LinkDocument | undefined): boolean =>
  replaces === (current?.referenceKey ?? noReference);
