// The phone: enrol, scan, see what is asked, approve or decline.
import { showApproval } from './approval-screen.js';
import { showWithdrawal } from './consent-list.js';
import { reopenApproval, scan } from './device-client.js';
import { showAddDocument, showRemoveDocument } from './document-list.js';
import { showEnrolment } from './enrolment-screen.js';
import { showHome } from './home-screen.js';
import { settleIn } from './offline.js';
import { showDone, showEnded, showRemoval } from './parting-screens.js';
import { forgetPhone, loadPhone } from './phone-keys.js';
import { show } from './screen.js';
import { askTime } from './server-clock.js';
import { issuer, root, t } from './setting.js';

/** Where one screen leads to another. */
const go = {
  enrolment: (error) => showEnrolment(go, error),
  home: (phone, error) => showHome(go, phone, error),
  approval: (phone, approval) => showApproval(go, phone, approval),
  done: (phone, outcome) => showDone(go, phone, outcome),
  ended: (phone) => showEnded(go, phone),
  removal: (phone) => showRemoval(go, phone),
  addDocument: (phone, document) => showAddDocument(go, phone, document),
  removeDocument: (phone, document) => showRemoveDocument(go, phone, document),
  withdrawal: (phone, consent) => showWithdrawal(go, phone, consent),
  /** The server does not know this phone, or no longer. */
  isGone: ({ code }) => code === 'device_unknown' || code === 'device_revoked',
  /** A refusal that ends what was under way. */
  async refused(phone, refusal) {
    if (!go.isGone(refusal)) return go.home(phone, refusal);
    await forgetPhone();
    go.enrolment(refusal);
  },
  /** A QR opened as a link by the phone's own camera brings its text along; a question lost to a reload comes back. */
  async start(phone) {
    const text = location.hash;
    go.home(phone);
    if (text.length < 2) return goOn(phone);
    history.replaceState(undefined, '', '/app');
    // a code for a new phone, and this one is enrolled already
    if (text.startsWith('#code=')) return goOn(phone);
    try {
      go.approval(phone, await scan(issuer, phone, text));
    } catch (refusal) {
      await go.refused(phone, refusal);
    }
  },
};

async function goOn(phone) {
  const heading = root.querySelector('h1');
  const isIdle = () => heading.isConnected && root.querySelector('[aria-busy]') === null;
  try {
    const waiting = await reopenApproval(issuer, phone);
    if (waiting !== undefined && isIdle()) go.approval(phone, waiting);
  } catch (refusal) {
    // without a network the phone is shown all the same
    if (go.isGone(refusal) && isIdle()) await go.refused(phone, refusal);
  }
}

void settleIn();
try {
  const [enrolled] = await Promise.all([loadPhone(), askTime()]);
  if (enrolled === undefined) go.enrolment();
  else await go.start(enrolled);
} catch {
  show(t.enrolTitle, { code: 'storage' });
}
