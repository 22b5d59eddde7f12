import type { Device } from '#src/devices/collections.ts';
import { devicePolicy } from '#src/devices/policy.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import { qrSvg } from '../qr-image.ts';
import { takeCall } from '../take-call.ts';
import type { DeviceView, SaidView } from './pages.ts';
import type { AccountParts } from './parts.ts';
import { withProof } from './proof.ts';
import { saidOf, say } from './said.ts';
import { ownerView, type Wording, wordingOf } from './words.ts';

const deviceUrl = (id: string): string => `/account/devices/${encodeURIComponent(id)}`;

function deviceView(parts: AccountParts, device: Device, { words, moment }: Wording): DeviceView {
  const { id, name, platform, enrolledAt, lastUsedAt = enrolledAt, waitingUntil = 0 } = device;
  return {
    name,
    platform: words.platforms[platform],
    enrolled: moment(enrolledAt),
    lastUsed: moment(lastUsedAt),
    waitingUntil: waitingUntil > parts.clock.now() ? moment(waitingUntil) : undefined,
    renameUrl: `${deviceUrl(id)}/name`,
    removeUrl: `${deviceUrl(id)}/removal`,
  };
}

/** The code with a QR that opens the app on the phone that scans it. */
function codeView({ issuer }: AccountParts, { moment }: Wording, { code }: SaidView) {
  if (code === undefined) return undefined;
  const svg = qrSvg(`${issuer}/app#code=${code.code}`);
  return { code: code.code, until: moment(code.expiresAt), qr: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}` };
}

export async function showDevices(parts: AccountParts, request: AreaRequest, problem?: string): Promise<void> {
  const wording = wordingOf(parts, request);
  const devices = await parts.devices.list(request.session.account.id);
  const said = saidOf(request);
  const code = said && codeView(parts, wording, said);
  sendPage(
    request.ctx,
    parts.renderer,
    'account-devices',
    {
      me: ownerView(request),
      said,
      devices: devices.map((device) => deviceView(parts, device, wording)),
      mayAdd: devices.length < devicePolicy.mostActive,
      code,
      problem,
    },
    { status: problem === undefined ? 200 : 422, shownOnce: code !== undefined },
  );
}

export async function takeRename(parts: AccountParts, request: AreaRequest, id: string): Promise<void> {
  const name = request.fields.text('name');
  try {
    await parts.devices.rename(request.session.account.id, id, name);
  } catch (refusal) {
    if (!(refusal instanceof DomainError && refusal.code === 'device_name_invalid')) throw refusal;
    return showDevices(parts, request, wordingOf(parts, request).words.deviceNameWrong);
  }
  await request.goTo('/account/devices', say('renamed', { device: name.trim() }));
}

/** One of this person's own phones. @throws {DomainError} `device_not_found` */
async function requireOwn(parts: AccountParts, { session }: AreaRequest, id: string): Promise<Device> {
  const device = (await parts.devices.list(session.account.id)).find((each) => each.id === id);
  if (device === undefined) throw new DomainError('device_not_found');
  return device;
}

/** Taking the stronger way away would let the weaker one rule, so it needs the stronger one once more. */
export async function showRemoval(parts: AccountParts, request: AreaRequest, id: string): Promise<void> {
  const device = await requireOwn(parts, request, id);
  await withProof(parts, request, { at: 'page', returnTo: `${deviceUrl(id)}/removal` }, async () => {
    const view = deviceView(parts, device, wordingOf(parts, request));
    sendPage(request.ctx, parts.renderer, 'account-remove-device', { me: ownerView(request), device: view });
  });
}

export async function takeRemoval(parts: AccountParts, request: AreaRequest, id: string): Promise<void> {
  const device = await requireOwn(parts, request, id);
  await withProof(parts, request, { at: 'form', returnTo: `${deviceUrl(id)}/removal` }, async () => {
    const { id: accountId } = request.session.account;
    const validFrom = await parts.devices.revoke(accountId, id);
    const values = { device: device.name };
    if (validFrom === undefined) await request.goTo('/account/devices', say('removed', values));
    else await request.goOn({ id: accountId, validFrom }, '/account/devices', say('removed-ended', values));
  });
}

const newUrl = '/account/devices/new';

export async function showNewDevice(parts: AccountParts, request: AreaRequest): Promise<void> {
  await withProof(parts, request, { at: 'page', returnTo: newUrl }, async () => {
    const { password, devices } = request.session.account.authenticators;
    const trouble = !password ? 'no-password' : devices >= devicePolicy.mostActive ? 'too-many' : undefined;
    sendPage(request.ctx, parts.renderer, 'account-new-device', { me: ownerView(request), trouble });
  });
}

/** @throws {DomainError} `rate_limited`, `too_many_devices`, `password_not_set` */
export async function takeNewDevice(parts: AccountParts, request: AreaRequest): Promise<void> {
  const { account } = request.session;
  await withProof(parts, request, { at: 'form', returnTo: newUrl }, async () => {
    await takeCall(parts.limits.codes, account.id);
    await request.goTo('/account/devices', say('code-made', {}, await parts.devices.codeForOwner(account)));
  });
}
