// Makes this browser a phone of an account: a code from the registration desk, and a PIN of one's own.
import { enrol } from './device-client.js';
import { element, field } from './elements.js';
import { savePhone } from './phone-keys.js';
import { refusalWords } from './refusals.js';
import { form, pinField, show, tellTrouble, tellWrong } from './screen.js';
import { issuer, language, t } from './setting.js';

function wrongCode(code) {
  const plain = code.replace(/[\s-]/g, '');
  if (plain === '') return t.codeMissing;
  return /^[\da-z]{10}$/i.test(plain) ? undefined : t.codeShape;
}

function wrongPin(pin) {
  if (pin === '') return t.newPinMissing;
  if (/\D/.test(pin)) return t.pinDigits;
  return pin.length < 6 ? t.pinShort : undefined;
}

/** What the QR of the account page brought along, once. */
function codeBrought() {
  const [, code] = /^#code=([\da-z-]{10,12})$/i.exec(location.hash) ?? [];
  if (code !== undefined) history.replaceState(undefined, '', '/app');
  return code;
}

/** Refusals that belong to one field. */
const fieldOf = {
  enrolment_code_invalid: 'code',
  enrolment_password_missing: 'password',
  enrolment_password_wrong: 'password',
};

export function showEnrolment(go, error) {
  const brought = codeBrought();
  const password = field('password', t.password, { hint: t.passwordHint, type: 'password', autocomplete: 'current-password' });
  const submit = async (data) => {
    const [code, pin] = ['code', 'pin'].map((name) => String(data.get(name)).trim());
    const wrongs = [
      ['code', wrongCode(code)],
      ['pin', wrongPin(pin)],
    ].filter(([, text]) => text !== undefined);
    if (tellWrong(place, wrongs)) return;
    try {
      const phone = await enrol(issuer, code, pin, navigator.platform || 'Web', String(data.get('password') ?? ''));
      await savePhone(phone);
      go.start(phone);
    } catch (refusal) {
      const at = fieldOf[refusal.code];
      if (at === undefined) return tellTrouble(place, refusal);
      // a code that nobody vouched for: only now is it known that the password is needed
      if (at === 'password' && !password.isConnected) place.querySelector('#pin').closest('.field').before(password);
      const { what, next, reference } = refusalWords(refusal, language);
      tellWrong(place, [[at, `${what} ${next}${reference === undefined ? '' : ` ${t.reference}: ${reference}`}`]]);
    }
  };
  const place = form(
    submit,
    field('code', t.code, {
      hint: t.codeHint,
      autocomplete: 'one-time-code',
      autocapitalize: 'characters',
      spellcheck: 'false',
      maxlength: '20',
      value: brought,
    }),
    brought === undefined ? undefined : password,
    pinField(t.newPin, { hint: t.newPinHint, autocomplete: 'new-password' }),
    element('button', { class: 'primary' }, t.enrol),
  );
  show(t.enrolTitle, error, element('p', {}, t.enrolLead), element('div', { class: 'card' }, place));
}
