import type { Account } from '#src/accounts/account.ts';
import { formatAcr, parseAcr, satisfies } from '#src/assurance/level.ts';
import { reachOf } from '#src/assurance/reach.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import type { AreaRequest } from '../own-service/area.ts';
import type { AccountParts } from './parts.ts';

/** How old a proof may be when a page with a grave deed is opened, and when its form is sent, in seconds. */
const freshSeconds = { page: 300, form: 900 } as const;

/**
 * The strongest that this person can prove, up to two factors: a third is a face, which not every phone that counts can show, and nobody may
 * be kept from their own account for that.
 */
function strongestLevel({ deviceMethods }: Pick<AccountParts, 'deviceMethods'>, account: Account) {
  const { identity, authentication } = reachOf(account, deviceMethods);
  return { identity, authentication: authentication >= 2 ? 2 : 1 } as const;
}

/** Whether the person has just proven who they are, as strongly as they can. */
function isProven(parts: AccountParts, { session }: AreaRequest, at: keyof typeof freshSeconds): boolean {
  const proven = parseAcr(session.acr);
  const age = epochSeconds(parts.clock) - session.authTime;
  return proven !== undefined && satisfies(proven, strongestLevel(parts, session.account)) && age <= freshSeconds[at];
}

/** Goes on only with a fresh proof; otherwise SenID asks for one, and comes back to `returnTo`. */
export async function withProof(
  parts: AccountParts,
  request: AreaRequest,
  { at, returnTo }: { readonly at: keyof typeof freshSeconds; readonly returnTo: string },
  goOn: () => Promise<void>,
): Promise<void> {
  if (isProven(parts, request, at)) return goOn();
  const acr = formatAcr(strongestLevel(parts, request.session.account));
  await request.prove({ acr, maxAgeSeconds: freshSeconds.page, returnTo });
}
