import { accountEvent } from '#src/accounts/account-events.ts';
import { accountEvents } from '#src/accounts/collections.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { CommitConflict, type Write, write } from '#src/kernel/store.ts';
import { type LinkDocument, linkReferences, linkRequests, links } from './collections.ts';
import { isAsConfirmed } from './confirm-link.ts';
import type { LinkParts } from './link-requests.ts';
import { linkId, openLinked, openRequested, referenceKeyOf, sealLinked } from './service-account.ts';

/** What the service is told of a link that was made. */
export interface MadeLink {
  readonly reference: string;
  readonly linkedAt: number;
  /** The reference that was linked to this person until now. */
  readonly replaced?: string | undefined;
}

/** The new link in the place of what was there, on exactly what the person confirmed. */
function linkWrites(document: LinkDocument, current: LinkDocument | undefined): Write[] {
  const { id: _, ...members } = document;
  const reserved = write.insert(linkReferences, { id: document.referenceKey, accountId: document.accountId });
  if (current === undefined) return [write.insert(links, document), reserved];
  const moved = write.patch(links, current.id, { referenceKey: current.referenceKey, madeBy: current.madeBy }, { set: members });
  if (current.referenceKey === document.referenceKey) return [moved];
  return [moved, write.remove(linkReferences, current.referenceKey), reserved];
}

/**
 * The service redeems the code of the sign-in in which the person said yes: now the link stands. Once; a repeat of the same redemption gives
 * the same. Undefined when nobody confirmed, time is over, or somebody else has the reference by now.
 */
export async function completeLink(
  parts: LinkParts,
  requestId: string,
  { accountId, clientId }: { readonly accountId: AccountId; readonly clientId: string },
): Promise<MadeLink | undefined> {
  const { store, sealing, clock } = parts;
  const id = linkId(accountId, clientId);
  const [request, current] = await Promise.all([store.get(linkRequests, requestId), store.get(links, id)]);
  if (request === undefined || request.clientId !== clientId || request.confirmedBy !== accountId) return undefined;
  const account = openRequested(sealing, request);
  if (request.isDone === true)
    return current?.madeBy === requestId ? { reference: account.reference, linkedAt: current.linkedAt } : undefined;
  if (!isAsConfirmed(request, current)) return undefined;
  const linkedAt = clock.now();
  const document: LinkDocument = {
    id,
    accountId,
    clientId,
    account: sealLinked(sealing, id, account),
    referenceKey: referenceKeyOf(sealing, clientId, account.reference),
    madeBy: requestId,
    linkedAt,
  };
  const event = accountEvent(parts, accountId, 'account-linked', { service: clientId, by: 'self' });
  try {
    await store.commit([
      write.patch(linkRequests, requestId, { isDone: undefined, confirmedBy: accountId }, { set: { isDone: true } }),
      ...linkWrites(document, current),
      write.insert(accountEvents, event),
    ]);
  } catch (conflict) {
    if (!(conflict instanceof CommitConflict)) throw conflict;
    return undefined;
  }
  const isMoved = current !== undefined && current.referenceKey !== document.referenceKey;
  return { reference: account.reference, linkedAt, ...(isMoved ? { replaced: openLinked(sealing, current).reference } : {}) };
}
