import { recordAccountEvent } from '#src/accounts/account-events.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import { takeCall } from '../take-call.ts';
import { myData } from './my-data.ts';
import type { AccountParts } from './parts.ts';
import { withProof } from './proof.ts';
import { ownerView } from './words.ts';

const url = '/account/data';

export const showData = (parts: AccountParts, request: AreaRequest): Promise<void> =>
  withProof(parts, request, { at: 'page', returnTo: url }, async () => {
    sendPage(request.ctx, parts.renderer, 'account-data', { me: ownerView(request) });
  });

/** The file; that it was taken stands in the history, and in the file. @throws {DomainError} `rate_limited` */
export const takeData = (parts: AccountParts, request: AreaRequest): Promise<void> =>
  withProof(parts, request, { at: 'form', returnTo: url }, async () => {
    const { ctx, session } = request;
    await takeCall(parts.limits.downloads, session.account.id);
    await recordAccountEvent(parts, session.account.id, 'data-downloaded', {});
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Disposition', 'attachment; filename="senid-my-data.json"');
    ctx.type = 'application/json';
    ctx.body = JSON.stringify(await myData(parts, session.account), undefined, 2);
  });
