// The phone: enrol, scan, see what is asked, approve or decline. One screen at a time.
import { scanWithCamera } from './camera.js';
import { decide, enrol, readPayload, removeMe, scan } from './device-client.js';
import { element, field, isolated, problem } from './elements.js';
import { forgetPhone, loadPhone, savePhone } from './phone-keys.js';
import { fill, texts } from './texts.js';

const root = document.getElementById('phone');
const { issuer, language } = root.dataset;
const t = texts[language];
let stopCamera = () => {};
let countdown;

function show(...children) {
  stopCamera();
  clearInterval(countdown);
  root.replaceChildren(...children.filter((child) => child !== undefined));
  (root.querySelector('[role=alert]') ?? root.querySelector('h2'))?.focus();
}

const heading = (text) => element('h2', { tabindex: '-1' }, text);
const words = ({ code }) => t.errors[code] ?? fill(t.unknown, { code: code ?? 'unexpected' });
const trouble = (error) => (error === undefined ? undefined : problem(t.problem, words(error)));

function form(onSubmit, ...children) {
  return element(
    'form',
    {
      submit: (event) => {
        event.preventDefault();
        onSubmit(new FormData(event.target, event.submitter), event.submitter?.value);
      },
    },
    ...children,
  );
}

function showEnrolment(error) {
  const submit = async (data) => {
    const pin = String(data.get('pin'));
    if (!/^\d{6,}$/.test(pin)) return showEnrolment({ code: 'pin_short' });
    try {
      const phone = await enrol(issuer, String(data.get('code')), pin, navigator.platform || 'Web');
      await savePhone(phone);
      showHome(phone);
    } catch (refusal) {
      showEnrolment(refusal);
    }
  };
  show(
    heading(t.enrolTitle),
    trouble(error),
    element('p', {}, t.enrolLead),
    form(
      submit,
      field('code', t.code, { autocomplete: 'one-time-code', autocapitalize: 'characters', maxlength: '20' }),
      field('pin', t.pin, { type: 'password', inputmode: 'numeric', autocomplete: 'new-password' }),
      element('button', { class: 'primary' }, t.enrol),
    ),
  );
}

function showHome(phone, error) {
  const take = async (text) => {
    try {
      showApproval(phone, await scan(issuer, phone, text));
    } catch (refusal) {
      if (refusal.code === 'device_unknown' || refusal.code === 'device_revoked') {
        await forgetPhone();
        showEnrolment(refusal);
      } else showHome(phone, refusal);
    }
  };
  const video = element('video', { playsinline: true, muted: true, hidden: true });
  const openCamera = async () => {
    try {
      video.hidden = false;
      stopCamera = await scanWithCamera(video, take);
    } catch {
      showHome(phone, { code: 'camera' });
    }
  };
  const remove = async () => {
    await removeMe(issuer, phone).catch(() => {});
    await forgetPhone();
    showEnrolment();
  };
  show(
    heading(fill(t.ready, { name: phone.account.display_name })),
    trouble(error),
    element('p', { class: 'muted' }, fill(t.level, { level: phone.account.identity_level })),
    element('p', {}, t.scanLead),
    video,
    element('p', {}, element('button', { class: 'primary', type: 'button', click: openCamera }, t.camera)),
    form(
      (data) => take(String(data.get('qr'))),
      field('qr', t.paste, { autocomplete: 'off' }),
      element('button', { class: 'secondary' }, t.check),
    ),
    element('p', {}, element('button', { class: 'plain', type: 'button', click: remove }, t.remove)),
  );
}

const labelOf = (name) => t.claims[name.slice(name.lastIndexOf('/') + 1)] ?? name;

function wordsOf(value) {
  if (typeof value === 'object' && value !== null) return value.formatted ?? Object.values(value).join(', ');
  return t.values[value] ?? String(value ?? '').replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$3/$2/$1');
}

function claimRow({ name, value, essential, purpose }, at) {
  const id = `grant-${at}`;
  const label = element(
    'label',
    { for: id },
    element('span', { class: 'claim' }, labelOf(name)),
    element('strong', {}, isolated(wordsOf(value))),
  );
  return element(
    'div',
    { class: 'check' },
    element('input', { type: 'checkbox', id, name: 'grant', value: name }),
    label,
    element('p', { class: 'muted' }, purpose[language], essential ? ` · ${t.needed}` : ''),
  );
}

const toldRow = ({ name, value, legal_basis: basis }) =>
  element(
    'div',
    {},
    element('dt', {}, labelOf(name)),
    element('dd', {}, isolated(wordsOf(value)), element('span', { class: 'muted' }, basis[language])),
  );

function levelOf(acr) {
  const [, identity, authentication] = /id(\d)-auth(\d)$/.exec(acr) ?? [];
  return fill(t.levelWords, { identity, authentication });
}

function countDown(place, expiresAt) {
  const tell = () => {
    place.textContent = fill(t.left, { seconds: Math.max(0, Math.round((Date.parse(expiresAt) - Date.now()) / 1000)) });
  };
  tell();
  countdown = setInterval(tell, 1000);
}

function showApproval(phone, approval, error) {
  const asked = readPayload(approval);
  const answer = async (data, decision) => {
    const granted = decision === 'approve' ? data.getAll('grant').map(String) : undefined;
    try {
      await decide(issuer, phone, approval, String(data.get('pin')), {
        decision,
        number: String(data.get('number') ?? '').trim(),
        granted,
      });
      showDone(phone, decision === 'approve' ? t.approved : t.denied);
    } catch (refusal) {
      const mayRetry = ['pin_wrong', 'number_missing', 'offline'].includes(refusal.code);
      if (mayRetry) showApproval(phone, approval, refusal);
      else showHome(phone, refusal);
    }
  };
  const choices = asked.claims.filter(({ legal_basis: basis }) => basis === undefined);
  const told = asked.claims.filter(({ legal_basis: basis }) => basis !== undefined);
  const left = element('p', { class: 'muted', role: 'timer' });
  const { browser, network, known } = asked.from;
  show(
    heading(t.question),
    element('p', { class: 'big-domain' }, isolated(asked.client.domain)),
    trouble(error),
    element('p', {}, `${t.service}: `, element('strong', {}, isolated(asked.client.name[language]))),
    element(
      'p',
      { class: 'muted' },
      `${t.from}: `,
      isolated([browser, `${t.network} ${network}`, known ? undefined : t.newBrowser].filter(Boolean).join(', ')),
    ),
    element('p', { class: 'muted' }, `${t.levelAsked}: ${levelOf(asked.acr)}`),
    form(
      answer,
      choices.length > 0 ? element('fieldset', {}, element('legend', {}, t.shares), ...choices.map(claimRow)) : undefined,
      told.length > 0 ? element('p', {}, t.byLaw) : undefined,
      told.length > 0 ? element('dl', { class: 'summary' }, ...told.map(toldRow)) : undefined,
      asked.number_required
        ? field('number', t.number, { inputmode: 'numeric', autocomplete: 'off', maxlength: '2', class: 'digits' })
        : undefined,
      field('pin', t.pinAgain, { type: 'password', inputmode: 'numeric', autocomplete: 'current-password' }),
      element(
        'div',
        { class: 'equal' },
        element('button', { class: 'primary', value: 'approve' }, t.approve),
        element('button', { class: 'secondary', value: 'deny' }, t.deny),
      ),
      element('p', {}, element('button', { class: 'plain', value: 'not-me' }, t.notMe)),
    ),
    left,
  );
  countDown(left, approval.expires_at);
}

function showDone(phone, text) {
  show(
    element('p', { role: 'status' }, text),
    element('button', { class: 'primary', type: 'button', click: () => showHome(phone) }, t.again),
  );
}

const phone = await loadPhone();
if (phone === undefined) showEnrolment();
else showHome(phone);
// a QR opened as a link by the phone's own camera brings its text along
if (phone !== undefined && location.hash.length > 1) {
  const text = location.hash;
  history.replaceState(undefined, '', '/app');
  scan(issuer, phone, text).then(
    (approval) => showApproval(phone, approval),
    (refusal) => showHome(phone, refusal),
  );
}
