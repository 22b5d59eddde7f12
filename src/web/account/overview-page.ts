import { reachOf } from '#src/assurance/reach.ts';
import { listSignIns } from '#src/sign-in/sign-in-history.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import { browserKey } from '../sign-in/browser-cookie.ts';
import { levelWords } from '../sign-in/level-words.ts';
import type { AccountSection } from './pages.ts';
import type { AccountParts } from './parts.ts';
import { saidOf } from './said.ts';
import { ownerView, wordingOf } from './words.ts';

/** Where people go from here, in this order. */
const sections: readonly AccountSection[] = [
  'history',
  'consents',
  'documents',
  'devices',
  'passkeys',
  'sessions',
  'password',
  'data',
  'feedback',
  'lock',
];

const alertedForMs = 7 * 86_400_000;

/** Who this is, how well known, what that opens, how to get more, and where everything else is. */
export async function showOverview(parts: AccountParts, request: AreaRequest): Promise<void> {
  const { account } = request.session;
  const wording = wordingOf(parts, request);
  const { identity, authentication } = reachOf(account, parts.deviceMethods);
  const signIns = await listSignIns(parts, account.id);
  const [last] = signIns;
  const here = browserKey(request.ctx);
  const since = parts.clock.now() - alertedForMs;
  sendPage(request.ctx, parts.renderer, 'account-overview', {
    me: ownerView(request),
    said: saidOf(request),
    identityLevel: account.identityLevel,
    signInLevel: levelWords({ identity, authentication }, wording.language),
    ways: account.authenticators,
    lastSignIn: last && {
      service: (await wording.service(last.clientId)).name,
      at: wording.moment(last.at),
      browser: last.browser || wording.words.unknownBrowser,
    },
    isAlerting: signIns.some((each) => each.isNewBrowser && !each.isReported && each.browserKey !== here && each.at > since),
    sections,
  });
}
