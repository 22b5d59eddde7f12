import { lockAccount } from '#src/accounts/locks.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import type { AccountParts } from './parts.ts';
import { ownerView } from './words.ts';

/** Says what a lock does before it is done. */
export function showLock(parts: AccountParts, request: AreaRequest): Promise<void> {
  sendPage(request.ctx, parts.renderer, 'account-lock', { me: ownerView(request) });
  return Promise.resolve();
}

/** One step, and no further proof: whoever is in may stop, never start. It holds at once everywhere. */
export async function takeLock(parts: AccountParts, request: AreaRequest): Promise<void> {
  await lockAccount(parts, request.session.account.id, { ground: 'own-request', by: 'self' });
  request.leave();
  sendPage(request.ctx, parts.renderer, 'account-locked', {});
}
