// The phone: enrol, scan, see what is asked, approve or decline. One screen at a time.
import { circumstances, claimRow, countDown, toldRow } from './approval-view.js';
import { scanWithCamera } from './camera.js';
import { decide, enrol, lockAccount, readPayload, removeMe, reportSignIn, scan } from './device-client.js';
import { element, field, isolated, problem } from './elements.js';
import { forgetPhone, loadPhone, savePhone } from './phone-keys.js';
import { askTime } from './server-clock.js';
import { issuer, root, t } from './setting.js';
import { signInHistory } from './sign-in-history.js';
import { fill } from './texts.js';

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

/** A form that is sent once, however often its button is pressed. */
function form(onSubmit, ...children) {
  let isSent = false;
  return element(
    'form',
    {
      submit: (event) => {
        event.preventDefault();
        if (isSent) return;
        isSent = true;
        event.target.setAttribute('aria-busy', 'true');
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
      start(phone);
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
  const notMe = async (signIn) => {
    try {
      await reportSignIn(issuer, phone, signIn);
      showEnded(phone);
    } catch (refusal) {
      showHome(phone, refusal);
    }
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
    signInHistory(phone, notMe),
    element('p', { class: 'center' }, element('button', { class: 'plain', type: 'button', click: remove }, t.remove)),
  );
}

/** After "that was not me": everything has ended; whoever fears more may lock the account. */
function showEnded(phone) {
  const lock = async () => {
    try {
      await lockAccount(issuer, phone);
      showDone(phone, t.locked, 'refused');
    } catch (refusal) {
      showHome(phone, refusal);
    }
  };
  show(
    element('p', { class: 'status done', role: 'status' }, t.ended),
    element('p', {}, t.endedNext),
    element(
      'div',
      { class: 'equal' },
      element('button', { class: 'primary', type: 'button', click: () => showHome(phone) }, t.again),
      element('button', { class: 'secondary', type: 'button', click: lock }, t.lock),
    ),
  );
}

function showApproval(phone, approval, error, before) {
  const asked = readPayload(approval);
  const answer = async (data, decision) => {
    const granted = decision === 'approve' ? data.getAll('grant').map(String) : undefined;
    try {
      await decide(issuer, phone, approval, String(data.get('pin')), {
        decision,
        number: String(data.get('number') ?? '').trim(),
        granted,
      });
      if (decision === 'approve') showDone(phone, t.approved, 'done');
      else showDone(phone, t.denied, 'refused');
    } catch (refusal) {
      const mayRetry = ['pin_wrong', 'number_missing', 'offline'].includes(refusal.code);
      if (mayRetry) showApproval(phone, approval, refusal, data);
      else showHome(phone, refusal);
    }
  };
  const choices = asked.claims.filter(({ legal_basis: basis }) => basis === undefined);
  const byLaw = asked.claims.filter(({ legal_basis: basis }) => basis !== undefined);
  const ticked = before?.getAll('grant') ?? [];
  const left = element('p', { class: 'muted', role: 'timer' });
  const told = element('p', { class: 'sr', role: 'status' });
  show(
    heading(t.question),
    element('p', { class: 'big-domain' }, isolated(asked.client.domain)),
    trouble(error),
    element('p', {}, t.questionWhy),
    left,
    told,
    circumstances(asked),
    form(
      answer,
      choices.length > 0
        ? element(
            'fieldset',
            {},
            element('legend', {}, t.shares),
            ...choices.map((row, at) => claimRow(row, at, ticked.includes(row.name))),
          )
        : undefined,
      byLaw.length > 0 ? element('p', {}, t.byLaw) : undefined,
      byLaw.length > 0 ? element('dl', { class: 'summary' }, ...byLaw.map(toldRow)) : undefined,
      asked.number_required
        ? field('number', t.number, {
            inputmode: 'numeric',
            autocomplete: 'off',
            maxlength: '2',
            class: 'digits',
            value: before?.get('number') ?? '',
          })
        : undefined,
      field('pin', t.pinAgain, { type: 'password', inputmode: 'numeric', autocomplete: 'current-password' }),
      element(
        'div',
        { class: 'equal' },
        element('button', { class: 'primary', value: 'approve' }, t.approve),
        element('button', { class: 'secondary', value: 'deny' }, t.deny),
      ),
      element('p', { class: 'center' }, element('button', { class: 'plain', value: 'not-me' }, t.notMe)),
    ),
  );
  countdown = countDown(left, told, approval.expires_at, () => showHome(phone, { code: 'approval_expired' }));
}

function showDone(phone, text, kind) {
  show(
    element('p', { class: `status ${kind}`, role: 'status' }, text),
    element('button', { class: 'primary', type: 'button', click: () => showHome(phone) }, t.again),
  );
}

/** A QR opened as a link by the phone's own camera brings its text along. */
function start(phone) {
  showHome(phone);
  if (location.hash.length < 2) return;
  const text = location.hash;
  history.replaceState(undefined, '', '/app');
  scan(issuer, phone, text).then(
    (approval) => showApproval(phone, approval),
    (refusal) => showHome(phone, refusal),
  );
}

const [enrolled] = await Promise.all([loadPhone(), askTime()]);
if (enrolled === undefined) showEnrolment();
else start(enrolled);
