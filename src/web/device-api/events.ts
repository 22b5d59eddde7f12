import type { Account } from '#src/accounts/account.ts';
import { accountEventsSince } from '#src/accounts/account-events.ts';
import type { DeviceApiParts } from './parts.ts';

const shownForMs = 90 * 86_400_000;
const mostShown = 100;

/** What was done with the account in ninety days, newest first; sign-ins have a list of their own. */
export async function readEvents({ store, clock }: DeviceApiParts, account: Account) {
  const events = await accountEventsSince(store, account.id, clock.now() - shownForMs);
  const shown = events.filter(({ type }) => type !== 'signed-in').sort((one, other) => other.at - one.at);
  return { events: shown.slice(0, mostShown).map(({ at, type, data }) => ({ at: new Date(at).toISOString(), type, data })) };
}
