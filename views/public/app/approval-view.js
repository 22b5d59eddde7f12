// What the person sees of a request, built from the signed bytes and nothing else.
import { element, isolated } from './elements.js';
import { now } from './server-clock.js';
import { language, t } from './setting.js';
import { fill } from './texts.js';

const labelOf = (name) => t.claims[name.slice(name.lastIndexOf('/') + 1)] ?? name;

const dateWords = (date) =>
  language === 'vi'
    ? date.split('-').reverse().join('/')
    : new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(date));

function wordsOf(value) {
  if (typeof value === 'object' && value !== null) return value.formatted ?? Object.values(value).join(', ');
  return t.values[value] ?? (/^\d{4}-\d\d-\d\d$/.test(value) ? dateWords(value) : String(value ?? t.none));
}

export function claimRow({ name, value, essential, purpose }, at, wasTicked) {
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
    element('input', { type: 'checkbox', id, name: 'grant', value: name, checked: wasTicked }),
    label,
    element('p', { class: 'muted' }, isolated(purpose[language]), essential ? ` · ${t.needed}` : ''),
  );
}

export const toldRow = ({ name, value, legal_basis: basis }) =>
  element(
    'div',
    {},
    element('dt', {}, labelOf(name)),
    element('dd', {}, isolated(wordsOf(value)), element('span', { class: 'muted' }, isolated(basis[language]))),
  );

function levelOf(acr) {
  const [, identity, authentication] = /id(\d)-auth(\d)$/.exec(acr) ?? [];
  return fill(t.levelWords, { identity, authentication });
}

/** Counts down for the eye every second, aloud only now and then; at the end the question goes away. */
export function countDown(place, told, expiresAt, onEnd) {
  const tell = () => {
    const seconds = Math.max(0, Math.floor((Date.parse(expiresAt) - now()) / 1000));
    place.textContent = fill(t.left, { seconds });
    if (seconds === 60 || seconds === 30 || seconds === 10) told.textContent = place.textContent;
    return seconds;
  };
  tell();
  return setInterval(() => {
    if (tell() === 0) onEnd();
  }, 1000);
}

const fact = (label, ...values) => element('div', {}, element('dt', {}, label), element('dd', {}, ...values));

/** Where the request comes from, for a person who wonders whether it is theirs. */
export function circumstances({ client, from, requested_at: at, acr }) {
  const where = [from.place, `${t.network} ${from.network}`].filter(Boolean).join(', ');
  const time = new Intl.DateTimeFormat(language === 'vi' ? 'vi-VN' : 'en-GB', { timeStyle: 'short' }).format(new Date(at));
  return element(
    'dl',
    { class: 'summary' },
    fact(t.service, isolated(client.name[language])),
    fact(t.from, isolated(from.browser), from.known ? undefined : element('span', { class: 'muted' }, t.newBrowser)),
    fact(t.where, isolated(where)),
    fact(t.when, time),
    fact(t.levelAsked, levelOf(acr)),
  );
}
