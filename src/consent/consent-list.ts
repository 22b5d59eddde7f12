import { createHash } from 'node:crypto';
import type { Account } from '#src/accounts/account.ts';
import type { Client } from '#src/clients/client.ts';
import type { ClientDirectory } from '#src/clients/ports.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { LocalizedText } from '#src/kernel/identifier.ts';
import type { Store } from '#src/kernel/store.ts';
import { type ConsentDocument, type ConsentReceipt, consents, type ShownWords, type Withdrawal } from './collections.ts';
import { decisionOn, isWithdrawn, standingOf } from './standing.ts';

export interface ConsentListParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly clients: ClientDirectory;
}

/** What one service holds of one person for one purpose. */
export interface ListedConsent {
  /** Opaque; of this person alone. */
  readonly id: string;
  /** The same for the whole service. */
  readonly serviceId: string;
  readonly clientId: string;
  readonly clientName: LocalizedText;
  readonly purposeId: string;
  readonly purpose: LocalizedText;
  readonly granted: readonly string[];
  readonly informed: readonly string[];
  readonly offlineAccess: boolean;
  /** Milliseconds since the epoch: of the newest open receipt, and when the last one ends. */
  readonly grantedAt: number;
  readonly expiresAt: number;
  /** False when every receipt of it was withdrawn or is too old. One whose words have changed since gives nothing and can still be withdrawn. */
  readonly isOpen: boolean;
}

/** A receipt as it can be read later. */
export interface ShownReceipt {
  readonly id: string;
  readonly receipt: ConsentReceipt;
  readonly words: ShownWords | undefined;
  readonly withdrawals: readonly Withdrawal[];
  readonly isWithdrawn: boolean;
}

/** Names nothing to anybody else: the person's own list is where it is looked for. */
const idOf = ({ accountId, clientId }: ConsentDocument, purpose: string | null): string =>
  createHash('sha256')
    .update(JSON.stringify([accountId, clientId, purpose]))
    .digest('base64url')
    .slice(0, 22);

const pageLength = 200;

async function documentsOf({ store }: Pick<ConsentListParts, 'store'>, { id }: Pick<Account, 'id'>): Promise<ConsentDocument[]> {
  const documents: ConsentDocument[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.find(consents, 'account', id, { limit: pageLength, ...(after === undefined ? {} : { after }) });
    documents.push(...page);
    after = page.at(-1)?.id;
    if (page.length < pageLength) return documents;
  }
}

const newestFirst = ([, one]: readonly [string, ConsentReceipt], [, other]: readonly [string, ConsentReceipt]): number =>
  other.at - one.at;

function listedConsent(
  consent: ConsentDocument,
  purposeId: string,
  { client, account, nowMs }: { readonly client: Client | undefined; readonly account: Account; readonly nowMs: number },
): ListedConsent | undefined {
  const context = { client, account, nowMs };
  const ofPurpose = ([, receipt]: readonly [string, ConsentReceipt]): boolean => receipt.purpose === purposeId;
  const all = Object.entries(consent.receipts).filter(ofPurpose).sort(newestFirst);
  const open = all.filter(([id, { until }]) => nowMs < until && !isWithdrawn(consent, id));
  const newest = (open[0] ?? all[0])?.[1];
  if (newest === undefined) return undefined;
  const standing = standingOf(consent, context);
  const claims = [...new Set(all.flatMap(([, { granted, informed }]) => [...granted, ...informed]))];
  const decided = (outcome: string): string[] => claims.filter((claim) => decisionOn(standing, purposeId, claim) === outcome);
  const words = consent.words?.[newest.shown ?? ''];
  const registered = client?.policy.purposes.find(({ id }) => id === purposeId);
  return {
    id: idOf(consent, purposeId),
    serviceId: idOf(consent, null),
    clientId: consent.clientId,
    clientName: client?.name ?? words?.service ?? { vi: consent.clientId, en: consent.clientId },
    purposeId,
    purpose: words?.purpose ?? registered ?? { vi: purposeId, en: purposeId },
    granted: decided('granted'),
    informed: decided('informed'),
    offlineAccess: standing.offline.has(purposeId),
    grantedAt: newest.at,
    expiresAt: Math.max(...(open.length > 0 ? open : all).map(([, { until }]) => until)),
    isOpen: open.length > 0,
  };
}

/** Everything a person ever decided, by service and purpose, newest first; also what is open no longer. */
export async function listConsents(parts: ConsentListParts, account: Account): Promise<ListedConsent[]> {
  const nowMs = parts.clock.now();
  const listed = await Promise.all(
    (await documentsOf(parts, account)).map(async (consent) => {
      const client = (await parts.clients.find(consent.clientId))?.client;
      const purposes = new Set(Object.values(consent.receipts).map(({ purpose }) => purpose));
      return [...purposes].map((purpose) => listedConsent(consent, purpose, { client, account, nowMs }));
    }),
  );
  return listed
    .flat()
    .filter((each) => each !== undefined)
    .sort((one, other) => other.grantedAt - one.grantedAt);
}

/**
 * What an id in a person's own list means: a service, or one purpose of it.
 * @throws {DomainError} `consent_not_found`, another person's too
 */
export async function findListed(
  parts: Pick<ConsentListParts, 'store'>,
  account: Pick<Account, 'id'>,
  id: string,
): Promise<{ readonly consent: ConsentDocument; readonly purpose: string | undefined }> {
  for (const consent of await documentsOf(parts, account)) {
    if (idOf(consent, null) === id) return { consent, purpose: undefined };
    const found = Object.values(consent.receipts).find(({ purpose }) => idOf(consent, purpose) === id);
    if (found !== undefined) return { consent, purpose: found.purpose };
  }
  throw new DomainError('consent_not_found');
}

/** Receipts about a service, or one purpose of it, newest first, each with the words that were shown and what was taken back since. */
export function readReceipts(consent: ConsentDocument, purpose: string | undefined): ShownReceipt[] {
  return Object.entries(consent.receipts)
    .filter(([, receipt]) => purpose === undefined || receipt.purpose === purpose)
    .sort(newestFirst)
    .map(([id, receipt]) => ({
      id,
      receipt,
      words: consent.words?.[receipt.shown ?? ''],
      withdrawals: Object.values(consent.withdrawals ?? {})
        .filter(({ receipts, purpose: of }) => receipts.includes(id) && (of === undefined || of === receipt.purpose))
        .sort((one, other) => one.at - other.at),
      isWithdrawn: isWithdrawn(consent, id),
    }));
}

/** A receipt with its service. */
export interface DatedReceipt extends Pick<ShownReceipt, 'id' | 'receipt' | 'words'> {
  readonly clientId: string;
}

/** Every answer a person ever gave, in no order. */
export async function listReceipts(parts: Pick<ConsentListParts, 'store'>, account: Pick<Account, 'id'>): Promise<DatedReceipt[]> {
  return (await documentsOf(parts, account)).flatMap((consent) =>
    readReceipts(consent, undefined).map(({ id, receipt, words }) => ({ clientId: consent.clientId, id, receipt, words })),
  );
}
