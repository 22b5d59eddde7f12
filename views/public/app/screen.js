// One screen at a time: its heading has the focus when it comes, and what happens meanwhile is told aloud.
import { button, element, field } from './elements.js';
import { refusalWords } from './refusals.js';
import { language, root, t, told } from './setting.js';

const leaving = [];

/** What ends when the next screen comes: a camera, a countdown. */
export const onLeave = (stop) => leaving.push(stop);

export function announce(text) {
  told.textContent = text;
}

/** A refusal in words, with the reference that a help desk asks for. */
function trouble(error, also) {
  if (error === undefined) return undefined;
  const { what, next, reference } = refusalWords(error, language);
  return element(
    'div',
    { class: 'alert', role: 'alert' },
    element('h2', { tabindex: '-1' }, what),
    also === undefined ? undefined : element('p', {}, also),
    element('p', {}, next),
    reference === undefined
      ? undefined
      : element('p', { class: 'muted' }, `${t.reference}: `, element('code', { 'data-reference': true }, reference)),
  );
}

/** Shows a screen; after trouble that is read first, else the heading. */
export function show(title, error, ...children) {
  for (const stop of leaving.splice(0)) stop();
  announce('');
  const heading = element('h1', { tabindex: '-1' }, title);
  root.replaceChildren(...[trouble(error), heading, ...children].filter((child) => child !== undefined));
  document.title = `${title} – ${t.product}`;
  (root.querySelector('[role=alert] h2') ?? heading).focus();
  scrollTo(0, 0);
}

/** A form that is sent once at a time, however often its button is pressed. */
export function form(onSubmit, ...children) {
  const made = element(
    'form',
    {
      novalidate: true,
      submit: async (event) => {
        event.preventDefault();
        if (made.hasAttribute('aria-busy')) return;
        const data = new FormData(made, event.submitter);
        made.setAttribute('aria-busy', 'true');
        announce(t.sending);
        try {
          await onSubmit(data, event.submitter?.value);
        } finally {
          made.removeAttribute('aria-busy');
          if (told.textContent === t.sending) announce('');
        }
      },
    },
    ...children,
    element('p', { class: 'sending muted', 'aria-hidden': 'true' }, t.sending),
  );
  return made;
}

function clearWrong(place) {
  for (const old of place.querySelectorAll('.field-error, .alert')) old.remove();
  for (const input of place.querySelectorAll('[aria-invalid]')) {
    input.removeAttribute('aria-invalid');
    const hint = place.querySelector(`#${input.id}-hint`);
    if (hint === null) input.removeAttribute('aria-describedby');
    else input.setAttribute('aria-describedby', hint.id);
  }
}

/** Says at each field what is wrong with it, `[id, text]`, and goes to the first; what was typed stays. True when there was any. */
export function tellWrong(place, wrongs) {
  clearWrong(place);
  wrongs.forEach(([id, text], at) => {
    const input = place.querySelector(`#${id}`);
    const described = input.getAttribute('aria-describedby');
    const label = place.querySelector(`label[for=${id}]`);
    (place.querySelector(`#${id}-hint`) ?? label).after(
      element('p', { class: 'field-error', id: `${id}-error`, role: at === 0 ? 'alert' : undefined }, text),
    );
    input.setAttribute('aria-describedby', [`${id}-error`, described].filter(Boolean).join(' '));
    input.setAttribute('aria-invalid', 'true');
  });
  const [first] = wrongs;
  if (first !== undefined) place.querySelector(`#${first[0]}`).focus();
  return first !== undefined;
}

/** A refusal after which the form may be sent again as it stands, said beside its buttons. */
export function tellTrouble(place, error, also) {
  clearWrong(place);
  const said = trouble(error, also);
  (place.querySelector('.equal') ?? place.querySelector(':scope > button')).before(said);
  said.querySelector('h2').focus();
}

/** A PIN is covered while it is typed, and shown to whoever wants to check it. */
export function pinField(label, { hint, autocomplete }) {
  const place = field('pin', label, { hint, type: 'password', inputmode: 'numeric', autocomplete });
  const input = place.querySelector('input');
  const toggle = button('plain', t.pinShow, () => {
    const isShown = input.type === 'password';
    input.type = isShown ? 'text' : 'password';
    name(isShown ? t.pinHide : t.pinShow);
    announce(isShown ? t.pinShown : t.pinHidden);
  });
  const name = (verb) => toggle.replaceChildren(verb, element('span', { class: 'sr' }, ` ${t.pinWhich}`));
  name(t.pinShow);
  toggle.setAttribute('aria-controls', 'pin');
  const line = element('div', { class: 'with-toggle' });
  input.replaceWith(line);
  line.append(input, toggle);
  return place;
}
