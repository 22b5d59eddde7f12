// What services ask by themselves, on the screen between two requests.
import { listApprovals, openApproval } from './device-client.js';
import { button, element, isolated } from './elements.js';
import { announce, onLeave } from './screen.js';
import { issuer, t } from './setting.js';
import { fill } from './texts.js';

const lookEveryMs = 4000;

const kinds = { transaction: 'asksPayment', 'data-request': 'asksData', 'sign-in': 'asksYou' };

/** A place that fills itself while services wait for an answer; `onOpen` gets the approval, `onTrouble` a refusal. */
export function waitingRequests(phone, onOpen, onTrouble) {
  const place = element('section', { 'aria-live': 'polite', 'data-requests': true });
  let shown = '';
  const open = async (id) => {
    try {
      onOpen(await openApproval(issuer, phone, id));
    } catch (refusal) {
      onTrouble(refusal);
    }
  };
  const draw = (waiting) => {
    const now = waiting.map(({ id }) => id).join(' ');
    if (now === shown) return;
    shown = now;
    const rows = waiting.map(({ id, kind, client_name: name }) =>
      element(
        'div',
        { class: 'card notice' },
        element('h2', {}, isolated(fill(t[kinds[kind]], { service: name }))),
        element(
          'p',
          {},
          button('primary', t.look, () => open(id)),
        ),
      ),
    );
    place.replaceChildren(...rows);
    if (waiting.length > 0) announce(fill(t[kinds[waiting[0].kind]], { service: waiting[0].client_name }));
  };
  const look = async () => {
    try {
      draw((await listApprovals(issuer, phone)).filter(({ started_by: by }) => by === 'service'));
    } catch {
      // without a network the phone is shown all the same
    }
  };
  void look();
  const looking = setInterval(look, lookEveryMs);
  onLeave(() => clearInterval(looking));
  return place;
}
