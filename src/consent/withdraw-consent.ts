import type { Account } from '#src/accounts/account.ts';
import { accountEvent } from '#src/accounts/account-events.ts';
import { accountEvents, accounts } from '#src/accounts/collections.ts';
import { endingKey } from '#src/accounts/service-endings.ts';
import type { ClientDirectory } from '#src/clients/ports.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import { CommitConflict, type Store, type Write, write } from '#src/kernel/store.ts';
import { queuedServiceEvent } from '#src/outbox/service-event.ts';
import { type ConsentDocument, consents, type Withdrawal } from './collections.ts';
import { findConsent } from './record-consent.ts';
import { isWithdrawn } from './standing.ts';

export interface WithdrawalParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly clients: ClientDirectory;
}

/** What is taken back: a service, one purpose of it, or one claim of either. */
export interface WithdrawalScope {
  readonly clientId: string;
  readonly purpose?: string | undefined;
  readonly claim?: string | undefined;
}

/** Who takes it back; an operator says why, for the person to read. */
export type WithdrawnBy = { readonly by: 'self' } | { readonly by: 'operator'; readonly reason: string };

/**
 * The receipts that a withdrawal is about and that none covers yet.
 * @throws {DomainError} `consent_not_found`, `claim_by_law`
 */
function receiptsToCover(consent: ConsentDocument | undefined, { purpose, claim }: WithdrawalScope): string[] {
  if (consent === undefined) throw new DomainError('consent_not_found');
  const inScope = Object.entries(consent.receipts).filter(([, receipt]) => purpose === undefined || receipt.purpose === purpose);
  if (inScope.length === 0) throw new DomainError('consent_not_found');
  const open = inScope.filter(([id]) => !isWithdrawn(consent, id, claim));
  if (claim === undefined) return open.map(([id]) => id);
  const grants = ([, { granted }]: (typeof open)[number]): boolean => granted.includes(claim);
  const granting = open.filter(grants).map(([id]) => id);
  if (granting.length > 0 || inScope.some(grants)) return granting;
  throw new DomainError(open.some(([, { informed }]) => informed.includes(claim)) ? 'claim_by_law' : 'consent_not_found');
}

/** Everything that a withdrawal changes, on exactly what it was decided on. */
function writesOf(
  parts: WithdrawalParts,
  account: Pick<Account, 'id'>,
  before: ConsentDocument,
  withdrawal: Withdrawal,
  isTold: boolean,
): Write[] {
  const { purpose, claim, by, reason } = withdrawal;
  const { clientId } = before;
  const said = { ...(purpose === undefined ? {} : { purpose }), ...(claim === undefined ? {} : { claim }) };
  const entry = { withdrawals: { [randomIdentifier(parts.random)]: withdrawal } };
  const ended = Object.values(before.withdrawals ?? {}).filter(
    (each) => each.claim === undefined && each.purpose === purpose,
  ).length;
  return [
    write.patch(consents, before.id, { entries: before.entries }, { merge: entry, increment: { entries: 1 } }),
    ...(claim === undefined
      ? [write.patch(accounts, account.id, {}, { merge: { endings: { [endingKey(clientId, purpose)]: ended + 1 } } })]
      : []),
    write.insert(
      accountEvents,
      accountEvent(parts, account.id, 'consent-withdrawn', {
        service: clientId,
        ...said,
        by,
        ...(reason === undefined ? {} : { reason }),
      }),
    ),
    ...(isTold
      ? [
          queuedServiceEvent(parts, {
            clientId,
            accountId: account.id,
            type: 'consent-withdrawn',
            at: withdrawal.at,
            members: {
              ...(purpose === undefined ? {} : { purpose }),
              ...(claim === undefined ? {} : { claims: [claim] }),
              initiating_entity: by === 'self' ? 'user' : 'admin',
            },
          }),
        ]
      : []),
  ];
}

/**
 * Takes consent back, at once and everywhere: what it covered leaves no more, and without a claim named, every code and token the service has
 * for it is dead, also one that is being granted now. The service is told by the outbox. Repeatable: what is withdrawn already stays so.
 * @throws {DomainError} `consent_not_found`, `claim_by_law`
 */
export async function withdrawConsent(
  parts: WithdrawalParts,
  account: Pick<Account, 'id'>,
  scope: WithdrawalScope,
  who: WithdrawnBy,
): Promise<void> {
  const { clientId, purpose, claim } = scope;
  const found = await parts.clients.find(clientId);
  // a suspended service may come back, and then it hears of it
  const isTold = found === undefined || found.client.policy.consentEventUri !== undefined;
  for (;;) {
    const before = await findConsent(parts.store, account.id, clientId);
    const receipts = receiptsToCover(before, scope);
    if (before === undefined || receipts.length === 0) return;
    const withdrawal: Withdrawal = {
      at: parts.clock.now(),
      ...(purpose === undefined ? {} : { purpose }),
      ...(claim === undefined ? {} : { claim }),
      receipts,
      ...who,
    };
    try {
      return await parts.store.commit(writesOf(parts, account, before, withdrawal, isTold));
    } catch (conflict) {
      // a decision or another withdrawal came in between: look again at what is there now
      if (!(conflict instanceof CommitConflict) || conflict.collection !== consents.name) throw conflict;
    }
  }
}
