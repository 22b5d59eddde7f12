// Which services know what by this person's word, and the way to take it back.
import { claimInWords } from './approval-view.js';
import { listConsents, withdrawConsent } from './device-client.js';
import { element, isolated } from './elements.js';
import { form, show, tellTrouble } from './screen.js';
import { issuer, language, t } from './setting.js';
import { fill } from './texts.js';

const day = new Intl.DateTimeFormat(
  language === 'vi' ? 'vi-VN' : 'en-GB',
  language === 'vi' ? { day: '2-digit', month: '2-digit', year: 'numeric' } : { dateStyle: 'medium' },
);
const labels = (claims) => claims.map(claimInWords).join(', ');

/** What one consent lets a service know, in lines. */
function says({ claims, by_law: byLaw, offline_access: offline }) {
  return [
    claims.length === 0 && byLaw.length === 0 ? t.sharesNothing : undefined,
    claims.length === 0 ? undefined : fill(t.sharesNow, { claims: labels(claims) }),
    byLaw.length === 0 ? undefined : fill(t.sharesByLaw, { claims: labels(byLaw) }),
    offline ? t.sharesOffline : undefined,
  ].filter(Boolean);
}

function row(consent, onWithdraw) {
  const service = consent.client_name[language];
  const until = fill(t.sharesUntil, {
    from: day.format(new Date(consent.granted_at)),
    to: day.format(new Date(consent.expires_at)),
  });
  return element(
    'li',
    {},
    element('strong', {}, isolated(service)),
    element('span', {}, isolated(consent.purpose[language])),
    ...says(consent).map((line) => element('span', { class: 'muted' }, line)),
    element('span', { class: 'muted' }, until),
    element(
      'button',
      { class: 'plain', type: 'button', 'aria-label': fill(t.stopSharingWith, { service }), click: () => onWithdraw(consent) },
      t.stopSharing,
    ),
  );
}

/** Fills a section when the list has come; without a network there is none. */
export function consentList(phone, onWithdraw) {
  const section = element('section', { class: 'history card', hidden: true });
  listConsents(issuer, phone).then(
    (consents) => {
      if (consents.length === 0 || !section.isConnected) return;
      const rows = consents.map((consent) => row(consent, onWithdraw));
      section.append(element('h2', {}, t.consents), element('ul', {}, ...rows));
      section.hidden = false;
    },
    () => {},
  );
  return section;
}

/** Asks which part is to end: one thing, or all of it with every token of the service. */
export function showWithdrawal(go, phone, consent) {
  const service = consent.client_name[language];
  const answer = async (data, value) => {
    if (value === 'keep') return go.home(phone);
    const claim = String(data.get('what') ?? '');
    try {
      if (claim === '') await withdrawConsent(issuer, phone, consent.service_id);
      else await withdrawConsent(issuer, phone, consent.id, claim);
    } catch (refusal) {
      return go.isGone(refusal) ? go.refused(phone, refusal) : tellTrouble(place, refusal);
    }
    const what = claim === '' ? fill(t.stoppedAll, { service }) : fill(t.stoppedOne, { service, claim: claimInWords(claim) });
    go.done(phone, { title: t.stopped, texts: [what, t.stoppedNext], kind: 'done' });
  };
  const option = (value, text, at) =>
    element(
      'div',
      { class: 'check' },
      element('input', { type: 'radio', name: 'what', id: `what-${at}`, value, checked: at === 0 }),
      element('label', { for: `what-${at}` }, text),
    );
  const place = form(
    answer,
    element('p', {}, isolated(consent.purpose[language])),
    element(
      'fieldset',
      {},
      element('legend', {}, t.stopWhat),
      option('', t.stopAll, 0),
      ...consent.claims.map((claim, at) => option(claim, fill(t.stopOnly, { claim: claimInWords(claim) }), at + 1)),
    ),
    element('p', { class: 'muted' }, t.stopKept),
    element(
      'div',
      { class: 'equal' },
      element('button', { class: 'primary', value: 'withdraw' }, t.stopSharing),
      element('button', { class: 'secondary', value: 'keep' }, t.keepSharing),
    ),
  );
  show(fill(t.stopTitle, { service }), undefined, element('div', { class: 'card' }, place));
}
