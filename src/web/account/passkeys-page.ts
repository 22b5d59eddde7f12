import { parseAcr } from '#src/assurance/level.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { addPasskey, offerPasskey } from '#src/passkeys/add-passkey.ts';
import type { PasskeyDocument } from '#src/passkeys/collections.ts';
import { listPasskeys, removePasskey, renamePasskey } from '#src/passkeys/held-passkeys.ts';
import { passkeyPolicy } from '#src/passkeys/policy.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import { takeCall } from '../take-call.ts';
import type { PasskeyView } from './pages.ts';
import type { AccountParts } from './parts.ts';
import { withProof } from './proof.ts';
import { saidOf, say } from './said.ts';
import { ownerView, type Wording, wordingOf } from './words.ts';

const url = '/account/passkeys';
const newUrl = `${url}/new`;
const passkeyUrl = (id: string): string => `${url}/${encodeURIComponent(id)}`;

function passkeyView(
  { clock }: Pick<AccountParts, 'clock'>,
  { id, name, isSynced, addedAt, usedAt, waitingUntil = 0 }: PasskeyDocument,
  { words, moment }: Wording,
): PasskeyView {
  const now = clock.now();
  return {
    name,
    kind: isSynced ? words.passkeySynced : words.passkeyBound,
    added: moment(addedAt),
    lastUsed: usedAt === undefined ? undefined : moment(usedAt),
    waitingUntil: waitingUntil > now ? moment(waitingUntil) : undefined,
    renameUrl: `${passkeyUrl(id)}/name`,
    removeUrl: `${passkeyUrl(id)}/removal`,
  };
}

export async function showPasskeys(parts: AccountParts, request: AreaRequest, problem?: string): Promise<void> {
  const wording = wordingOf(parts, request);
  const held = await listPasskeys(parts, request.session.account.id);
  const model = {
    me: ownerView(request),
    said: saidOf(request),
    passkeys: held.map((passkey) => passkeyView(parts, passkey, wording)),
    mayAdd: held.length < passkeyPolicy.mostOfAccount,
    problem,
  };
  sendPage(request.ctx, parts.renderer, 'account-passkeys', model, { status: problem === undefined ? 200 : 422 });
}

async function sendNew(
  parts: AccountParts,
  request: AreaRequest,
  trouble?: { readonly words: string; readonly name: string },
): Promise<void> {
  const { account, id } = request.session;
  const options = JSON.stringify(await offerPasskey(parts, account, id));
  const model = { me: ownerView(request), options, trouble: trouble?.words, name: trouble?.name ?? '' };
  sendPage(request.ctx, parts.renderer, 'account-new-passkey', model, { status: trouble === undefined ? 200 : 422 });
}

export const showNewPasskey = (parts: AccountParts, request: AreaRequest): Promise<void> =>
  withProof(parts, request, { at: 'page', returnTo: newUrl }, () => sendNew(parts, request));

/** @throws {DomainError} `rate_limited`, `too_many_passkeys`, `account_locked` */
export const takeNewPasskey = (parts: AccountParts, request: AreaRequest): Promise<void> =>
  withProof(parts, request, { at: 'form', returnTo: newUrl }, async () => {
    const { account, id: session, acr } = request.session;
    const waitMs = (parseAcr(acr)?.authentication ?? 1) >= 2 ? 0 : parts.unvouchedWaitMs;
    await takeCall(parts.limits.passkeys, account.id);
    const { words } = wordingOf(parts, request);
    const name = request.fields.text('name');
    try {
      const added = await addPasskey(parts, account, { session, response: request.fields.text('passkey'), name, waitMs });
      await request.goTo(url, say('passkey-added', { device: added.name }));
    } catch (refusal) {
      const code = refusal instanceof DomainError ? refusal.code : undefined;
      const told = {
        passkey_refused: words.newPasskeyRefused,
        passkey_known: words.newPasskeyKnown,
        passkey_name_invalid: words.passkeyNameWrong,
      };
      if (code === undefined || !Object.hasOwn(told, code)) throw refusal;
      await sendNew(parts, request, { words: told[code as keyof typeof told], name });
    }
  });

export async function takePasskeyName(parts: AccountParts, request: AreaRequest, id: string): Promise<void> {
  const name = request.fields.text('name');
  try {
    await renamePasskey(parts, request.session.account.id, id, name);
  } catch (refusal) {
    if (!(refusal instanceof DomainError && refusal.code === 'passkey_name_invalid')) throw refusal;
    return showPasskeys(parts, request, wordingOf(parts, request).words.passkeyNameWrong);
  }
  await request.goTo(url, say('passkey-renamed', { device: name.trim() }));
}

/** @throws {DomainError} `passkey_not_found` */
async function requireOwn(parts: AccountParts, { session }: AreaRequest, id: string): Promise<PasskeyDocument> {
  const passkey = (await listPasskeys(parts, session.account.id)).find((each) => each.id === id);
  if (passkey === undefined) throw new DomainError('passkey_not_found');
  return passkey;
}

export async function showPasskeyRemoval(parts: AccountParts, request: AreaRequest, id: string): Promise<void> {
  const passkey = await requireOwn(parts, request, id);
  await withProof(parts, request, { at: 'page', returnTo: `${passkeyUrl(id)}/removal` }, async () => {
    const view = passkeyView(parts, passkey, wordingOf(parts, request));
    sendPage(request.ctx, parts.renderer, 'account-remove-passkey', { me: ownerView(request), passkey: view });
  });
}

export async function takePasskeyRemoval(parts: AccountParts, request: AreaRequest, id: string): Promise<void> {
  const passkey = await requireOwn(parts, request, id);
  await withProof(parts, request, { at: 'form', returnTo: `${passkeyUrl(id)}/removal` }, async () => {
    await removePasskey(parts, request.session.account.id, id);
    await request.goTo(url, say('removed', { device: passkey.name }));
  });
}
