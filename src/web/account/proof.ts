import type { Account } from '#src/accounts/account.ts';
import { formatAcr, type Level, parseAcr, satisfies } from '#src/assurance/level.ts';
import { reachOf } from '#src/assurance/reach.ts';
import { isWaiting } from '#src/devices/waiting.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import { listPasskeys } from '#src/passkeys/held-passkeys.ts';
import { isPasskeyWaiting } from '#src/passkeys/ports.ts';
import type { AreaRequest } from '../own-service/area.ts';
import type { AccountParts } from './parts.ts';

/** How old a proof may be when a page with a grave deed is opened, and when its form is sent, in seconds. */
const freshSeconds = { page: 300, form: 900 } as const;

/**
 * The strongest that this person can prove, up to two factors: a third is a face, which not every phone that counts can show, and nobody may
 * be kept from their own account for that. A phone or passkey that nobody vouched for is not theirs for sure while it waits: it neither proves anything here nor
 * makes its owner, who has only what they had before, prove more.
 */
async function strongestLevel({ deviceMethods, devices, clock, store }: AccountParts, account: Account) {
  const now = clock.now();
  const own = (await devices.list(account.id)).filter((device) => !isWaiting(device, now));
  const keys = (await listPasskeys({ store }, account.id)).filter((passkey) => !isPasskeyWaiting(passkey, now));
  const authenticators = { ...account.authenticators, devices: own.length, passkeys: keys.length };
  const { identity, authentication } = reachOf({ ...account, authenticators }, deviceMethods);
  return { identity, authentication: authentication >= 2 ? 2 : 1 } as const;
}

/** Whether the person has just proven who they are, as strongly as they can. */
function isProven({ clock }: AccountParts, { session }: AreaRequest, at: keyof typeof freshSeconds, strongest: Level): boolean {
  const proven = parseAcr(session.acr);
  const age = epochSeconds(clock) - session.authTime;
  return proven !== undefined && satisfies(proven, strongest) && age <= freshSeconds[at];
}

/** Goes on only with a fresh proof; otherwise SenID asks for one, and comes back to `returnTo`. */
export async function withProof(
  parts: AccountParts,
  request: AreaRequest,
  { at, returnTo }: { readonly at: keyof typeof freshSeconds; readonly returnTo: string },
  goOn: () => Promise<void>,
): Promise<void> {
  const strongest = await strongestLevel(parts, request.session.account);
  if (isProven(parts, request, at, strongest)) return goOn();
  const acr = formatAcr(strongest);
  await request.prove({ acr, maxAgeSeconds: freshSeconds.page, returnTo });
}
