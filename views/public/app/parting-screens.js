// What comes after an answer, and the ways to part: every sign-in ended, the account locked, the phone removed.
import { lockAccount, removeMe } from './device-client.js';
import { button, element } from './elements.js';
import { forgetPhone } from './phone-keys.js';
import { form, show, tellTrouble } from './screen.js';
import { issuer, t } from './setting.js';

const said = (kind, texts) => element('div', { class: `status ${kind}` }, ...texts.map((text) => element('p', {}, text)));

/** The end of something: what happened, and the way back. */
export function showDone(go, phone, { title, texts, kind }) {
  show(
    title,
    undefined,
    said(kind, texts),
    button('primary', t.again, () => go.home(phone)),
  );
}

/** After "that was not me": everything has ended; whoever fears more may lock the account. */
export function showEnded(go, phone) {
  const answer = async (_, value) => {
    if (value === 'home') return go.home(phone);
    try {
      await lockAccount(issuer, phone);
      go.done(phone, { title: t.locked, texts: [t.lockedNext], kind: 'refused' });
    } catch (refusal) {
      await go.refused(phone, refusal);
    }
  };
  const place = form(
    answer,
    element('p', {}, t.endedNext),
    element(
      'div',
      { class: 'equal' },
      element('button', { class: 'primary', value: 'home' }, t.again),
      element('button', { class: 'secondary', value: 'lock' }, t.lock),
    ),
  );
  show(t.ended, undefined, said('done', [t.endedWhat]), place);
}

/** Asks before the phone is removed. The key goes only when the server has let the phone go, never while it would stay active there. */
export function showRemoval(go, phone) {
  const answer = async (_, value) => {
    if (value === 'keep') return go.home(phone);
    try {
      await removeMe(issuer, phone);
    } catch (refusal) {
      if (!go.isGone(refusal)) return tellTrouble(place, refusal, t.removeKept);
    }
    await forgetPhone();
    showRemoved(go);
  };
  const place = form(
    answer,
    element('p', {}, t.removeWhat),
    element('p', {}, t.removeUndo),
    element(
      'div',
      { class: 'equal' },
      element('button', { class: 'primary', value: 'remove' }, t.removeYes),
      element('button', { class: 'secondary', value: 'keep' }, t.removeNo),
    ),
  );
  show(t.removeTitle, undefined, element('div', { class: 'card' }, place));
}

function showRemoved(go) {
  show(
    t.removed,
    undefined,
    said('done', [t.removedNext]),
    button('primary', t.enrolAgain, () => go.enrolment()),
  );
}
