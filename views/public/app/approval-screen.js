// The question: which site is it, what does it want, and the person's own answer, signed.
import { choices, circumstances, countDown, nameInWords, payment, readByLaw, site, subject } from './approval-view.js';
import { decide, readPayload } from './device-client.js';
import { element, field } from './elements.js';
import { faceCheck } from './face-check.js';
import { form, onLeave, pinField, show, tellTrouble, tellWrong } from './screen.js';
import { issuer, language, t } from './setting.js';
import { fill } from './texts.js';

/** After these the request still waits, and the same answer may be given again. */
const mayAnswerAgain = [
  'offline',
  'rate_limited',
  'too_many_requests',
  'store_unavailable',
  'hashing_busy',
  'unexpected',
  'proof_invalid',
  'face_missing',
  'face_not_matched',
  'face_unavailable',
  'approval_raced',
  'approval_outdated',
];

function wrongNumber(number) {
  if (number === '') return t.numberMissing;
  return /^\d\d$/.test(number) ? undefined : t.numberShape;
}

/** What is missing of an answer, the number first; only a yes needs the number. */
function wrongsOf(asked, decision, number, pin) {
  const needsNumber = asked.number_required && decision === 'approve';
  return [
    ['number', needsNumber ? wrongNumber(number) : undefined],
    ['pin', pin === '' ? t.pinMissing : undefined],
  ].filter(([, text]) => text !== undefined);
}

function outcome(decision, asked, granted) {
  if (decision === 'deny') return { title: t.denied, texts: [t.deniedNext], kind: 'refused' };
  if (decision === 'not-me') return { title: t.disowned, texts: [t.disownedNext], kind: 'refused' };
  if (asked.transaction !== null) return { title: t.approved, texts: [t.paid], kind: 'done' };
  const names = asked.claims.filter(({ name }) => granted.includes(name)).map(nameInWords);
  const shared = fill(t.approvedShared, { service: asked.client.name[language], claims: names.join(', ') });
  const next = asked.from === null ? t.approvedService : t.approvedNext;
  return { title: t.approved, texts: [next, ...(granted.length === 0 ? [] : [shared])], kind: 'done' };
}

/** Says why an answer was not taken, where it may be given again; false where the question is over. */
function tellRefusal(place, refusal) {
  const { code } = refusal;
  if (code === 'pin_wrong') tellWrong(place, [['pin', t.pinWrong]]);
  else if (code === 'number_missing') tellWrong(place, [['number', t.numberMissing]]);
  else if (code === undefined || mayAnswerAgain.includes(code)) tellTrouble(place, refusal);
  else return false;
  return true;
}

/** Only a pressed button answers; Enter in a field goes on to the buttons. */
function goOnToButtons(event) {
  if (event.key !== 'Enter' || event.target.type === 'checkbox' || event.target.tagName !== 'INPUT') return;
  event.preventDefault();
  event.currentTarget.querySelector('.equal button').focus();
}

export function showApproval(go, phone, approval) {
  const asked = readPayload(approval);
  const answer = async (data, decision) => {
    const number = String(data.get('number') ?? '').trim();
    const pin = String(data.get('pin')).trim();
    if (decision === 'approve' && face !== undefined && !face.isDone) return tellTrouble(place, { code: 'face_missing' });
    const granted = decision === 'approve' ? data.getAll('grant').map(String) : undefined;
    if (tellWrong(place, wrongsOf(asked, decision, number, pin))) return;
    try {
      await decide(issuer, phone, approval, pin, { decision, number, granted });
      go.done(phone, outcome(decision, asked, granted));
    } catch (refusal) {
      if (!tellRefusal(place, refusal)) await go.refused(phone, refusal);
    }
  };
  const face = asked.face_required ? faceCheck(phone, approval, (refusal) => tellTrouble(place, refusal)) : undefined;
  const left = element('p', { class: 'muted', role: 'timer', 'aria-live': 'off' });
  const place = form(
    answer,
    payment(asked),
    choices(asked.claims.filter(({ legal_basis: basis }) => basis === undefined)),
    ...readByLaw(asked.claims.filter(({ legal_basis: basis }) => basis !== undefined)),
    circumstances(asked),
    asked.number_required
      ? field('number', t.number, { inputmode: 'numeric', autocomplete: 'off', maxlength: '2', class: 'digits' })
      : undefined,
    face?.place,
    pinField(t.pin, { autocomplete: 'current-password' }),
    element('p', { class: 'muted' }, t.denyWhy),
    element(
      'div',
      { class: 'equal' },
      element('button', { class: 'primary', value: 'approve' }, t.approve),
      element('button', { class: 'secondary', value: 'deny' }, t.deny),
    ),
    element(
      'p',
      { class: 'center' },
      element('button', { class: 'plain', value: 'not-me' }, asked.from === null ? t.notMineService : t.notMe),
    ),
  );
  place.addEventListener('keydown', goOnToButtons);
  show(
    asked.from === null ? t.serviceAsks : t.question,
    undefined,
    ...site(asked),
    left,
    element('div', { class: 'card' }, subject(asked), place),
  );
  const counting = countDown(left, approval.expires_at, () => go.home(phone, { code: 'approval_expired' }));
  onLeave(() => clearInterval(counting));
}
