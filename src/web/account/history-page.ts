import { lockAccount } from '#src/accounts/locks.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { reportSignIn } from '#src/sign-in/sign-in-history.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import { historyRows } from './history-rows.ts';
import { openLockTicket, sealLockTicket } from './lock-ticket.ts';
import type { AccountParts } from './parts.ts';
import { ownerView, wordingOf } from './words.ts';

const pageLength = 25;

export async function showHistory(parts: AccountParts, request: AreaRequest): Promise<void> {
  const { before } = request.ctx.query;
  const from = typeof before === 'string' ? before : undefined;
  const { rows, next } = await historyRows(parts, request, wordingOf(parts, request), { before: from, count: pageLength });
  sendPage(request.ctx, parts.renderer, 'account-history', {
    me: ownerView(request),
    rows,
    olderUrl: next === undefined ? undefined : `/account/history?before=${encodeURIComponent(next)}`,
    isFirst: from === undefined,
  });
}

/**
 * "That was not me": as on the phone, every session, code and token of the account ends, this page's too; whoever said it may lock the account
 * from the next page without signing in again, because stopping needs less than starting.
 * @throws {DomainError} `sign_in_not_found`, another person's too
 */
export async function takeNotMe(parts: AccountParts, request: AreaRequest, id: string): Promise<void> {
  const { account } = request.session;
  await reportSignIn(parts, account.id, id);
  request.leave();
  sendPage(request.ctx, parts.renderer, 'account-reported', { lockTicket: sealLockTicket(parts, account.id) });
}

/** Locks by a ticket of that page. @throws {DomainError} `form_expired` */
export async function takeTicketLock(parts: AccountParts, { ctx, fields }: Pick<AreaRequest, 'ctx' | 'fields'>): Promise<void> {
  const accountId = openLockTicket(parts, fields.text('ticket'));
  if (accountId === undefined) throw new DomainError('form_expired');
  await lockAccount(parts, accountId, { ground: 'own-request', by: 'self' });
  sendPage(ctx, parts.renderer, 'account-locked', {});
}
