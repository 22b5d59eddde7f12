import { z } from 'zod';
import { lockAccount } from '#src/accounts/locks.ts';
import type { ListedApproval, ShownApproval } from '#src/approvals/shown-approval.ts';
import type { Device } from '#src/devices/collections.ts';
import { isWaiting } from '#src/devices/waiting.ts';
import { cancelDocument } from '#src/documents/cancel-document.ts';
import { requestDocument } from '#src/documents/request-document.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { endOwnLink } from '#src/links/end-link.ts';
import { listSignIns, reportSignIn } from '#src/sign-in/sign-in-history.ts';
import { type DeviceCall, shaped } from './call.ts';
import { readConsent, readConsents, withdrawListed } from './consents.ts';
import { documentJson, documentsOnPhone } from './documents.ts';
import { readEvents } from './events.ts';
import { readLinks } from './links.ts';
import type { DeviceApiParts } from './parts.ts';

type Answer = { readonly status: number; readonly body?: unknown };
type Handle = (parts: DeviceApiParts, call: DeviceCall) => Promise<Answer>;

const shown = ({ id, expiresAt, payload }: ShownApproval) => ({ id, expires_at: new Date(expiresAt).toISOString(), payload });
const listed = (device: Device, now: number) => ({
  id: device.id,
  name: device.name,
  platform: device.platform,
  state: isWaiting(device, now) ? 'waiting' : 'active',
  last_used_at: new Date(device.lastUsedAt ?? device.enrolledAt).toISOString(),
});
const waiting = ({ id, kind, clientName, startedBy, expiresAt }: ListedApproval) => ({
  id,
  kind,
  client_name: clientName,
  started_by: startedBy,
  expires_at: new Date(expiresAt).toISOString(),
});

/** The history of sign-ins with the names of the services as they are registered now. */
async function readSignIns(parts: DeviceApiParts, accountId: AccountId): Promise<unknown[]> {
  const records = await listSignIns(parts, accountId);
  return Promise.all(
    records.map(async ({ id, at, clientId, browser, isNewBrowser, isReported }) => ({
      id,
      at: new Date(at).toISOString(),
      client_name: (await parts.clients.find(clientId))?.client.name ?? { vi: clientId, en: clientId },
      browser,
      new_browser: isNewBrowser,
      reported: isReported,
    })),
  );
}
const parameter = ({ ctx }: DeviceCall): string => String(ctx['params'].id);

/** The device API as one table (login-approval.md). Every call is signed by its device. */
export const calls: readonly {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly whileLocked?: true;
  /** Where a body may be longer than that of other calls. */
  readonly bodyLimitBytes?: number;
  readonly handle: Handle;
}[] = [
  {
    method: 'get',
    path: '/approvals',
    handle: async ({ approvals }, { device }) => ({
      status: 200,
      body: { approvals: (await approvals.list(device)).map(waiting) },
    }),
  },
  {
    method: 'post',
    path: '/scans',
    handle: async ({ approvals }, { ctx, device, body }) => {
      const { code } = shaped(z.object({ code: z.string().max(500) }), body);
      return { status: 200, body: shown(await approvals.scan(device, code, ctx.ip)) };
    },
  },
  {
    method: 'get',
    path: '/approvals/:id',
    handle: async ({ approvals }, call) => ({ status: 200, body: shown(await approvals.open(call.device, parameter(call))) }),
  },
  {
    method: 'post',
    path: '/approvals/:id/decision',
    handle: async ({ approvals }, call) => {
      const { decision } = shaped(z.object({ decision: z.string().max(20_000) }), call.body);
      await approvals.decide(call.device, parameter(call), decision);
      return { status: 204 };
    },
  },
  {
    method: 'post',
    path: '/approvals/:id/face',
    bodyLimitBytes: 3 * 1024 * 1024,
    handle: async ({ approvals }, call) => {
      const { capture } = shaped(z.object({ capture: z.base64().min(4).max(2_800_000) }), call.body);
      await approvals.checkFace(call.device, parameter(call), Buffer.from(capture, 'base64'));
      return { status: 204 };
    },
  },
  {
    method: 'get',
    path: '/account',
    whileLocked: true,
    handle: async (parts, call) => ({
      status: 200,
      body: {
        identity_level: call.account.identityLevel,
        state: call.account.lock === undefined ? 'active' : 'locked',
        documents: await documentsOnPhone(parts, call),
      },
    }),
  },
  {
    method: 'post',
    path: '/account/lock',
    whileLocked: true,
    handle: async (parts, { account }) => {
      await lockAccount(parts, account.id, { ground: 'own-request', by: 'self' });
      return { status: 204 };
    },
  },
  {
    method: 'get',
    path: '/documents',
    whileLocked: true,
    handle: async (parts, call) => ({ status: 200, body: { documents: await documentsOnPhone(parts, call) } }),
  },
  {
    method: 'post',
    path: '/documents',
    handle: async ({ documents, clock }, { account, device, body }) => {
      // what it puts in the place of a document would outlast its removal
      if (isWaiting(device, clock.now())) throw new DomainError('device_waiting');
      const wanted = shaped(z.object({ type: z.string().max(100), number: z.string().max(200) }), body);
      return { status: 202, body: documentJson(await requestDocument(documents, account, wanted, 'self')) };
    },
  },
  {
    method: 'delete',
    path: '/documents/:type',
    whileLocked: true,
    handle: async ({ documents }, { account, ctx }) => {
      await cancelDocument(documents, account, String(ctx['params'].type), 'self');
      return { status: 204 };
    },
  },
  {
    method: 'get',
    path: '/sign-ins',
    handle: async (parts, { account }) => ({ status: 200, body: { sign_ins: await readSignIns(parts, account.id) } }),
  },
  {
    method: 'post',
    path: '/sign-ins/:id/not-me',
    whileLocked: true,
    handle: async (parts, call) => {
      await reportSignIn(parts, call.account.id, parameter(call));
      return { status: 204 };
    },
  },
  {
    method: 'get',
    path: '/consents',
    whileLocked: true,
    handle: async (parts, { account }) => ({ status: 200, body: await readConsents(parts, account) }),
  },
  {
    method: 'get',
    path: '/consents/:id',
    whileLocked: true,
    handle: async (parts, call) => ({ status: 200, body: await readConsent(parts, call.account, parameter(call)) }),
  },
  {
    method: 'delete',
    path: '/consents/:id',
    whileLocked: true,
    handle: async (parts, call) => {
      await withdrawListed(parts, call.account, parameter(call));
      return { status: 204 };
    },
  },
  {
    method: 'delete',
    path: '/consents/:id/claims/:claim',
    whileLocked: true,
    handle: async (parts, call) => {
      await withdrawListed(parts, call.account, parameter(call), String(call.ctx['params'].claim));
      return { status: 204 };
    },
  },
  {
    method: 'get',
    path: '/events',
    whileLocked: true,
    handle: async (parts, { account }) => ({ status: 200, body: await readEvents(parts, account) }),
  },
  {
    method: 'get',
    path: '/links',
    whileLocked: true,
    handle: async (parts, { account }) => ({ status: 200, body: await readLinks(parts, account) }),
  },
  {
    method: 'delete',
    path: '/links/:id',
    whileLocked: true,
    handle: async (parts, call) => {
      await endOwnLink(parts, call.account.id, parameter(call));
      return { status: 204 };
    },
  },
  {
    method: 'get',
    path: '/devices',
    handle: async ({ devices, clock }, { account }) => ({
      status: 200,
      body: { devices: (await devices.list(account.id)).map((device) => listed(device, clock.now())) },
    }),
  },
  {
    method: 'delete',
    path: '/devices/:id',
    handle: async ({ devices }, call) => {
      const id = parameter(call);
      // whoever holds the phone may let it go; another goes only with a signature behind the PIN
      if (id === call.device.id) await devices.revoke(call.account.id, id);
      else await devices.removeOther(call.device, id, shaped(z.object({ request: z.string().max(4000) }), call.body).request);
      return { status: 204 };
    },
  },
  {
    method: 'post',
    path: '/enrolment-codes',
    handle: async ({ devices }, { device, body }) => {
      const { request } = shaped(z.object({ request: z.string().max(4000) }), body);
      const { code, expiresAt } = await devices.vouch(device, request);
      return { status: 201, body: { code, expires_at: new Date(expiresAt).toISOString() } };
    },
  },
  {
    method: 'delete',
    path: '',
    whileLocked: true,
    handle: async ({ devices }, { account, device }) => {
      await devices.revoke(account.id, device.id);
      return { status: 204 };
    },
  },
];
