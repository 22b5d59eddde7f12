// What the person sees of a request, built from the signed bytes and nothing else.
import { documentWords, isDocument } from './document-words.js';
import { element, isolated } from './elements.js';
import { announce } from './screen.js';
import { now } from './server-clock.js';
import { language, t } from './setting.js';
import { fill } from './texts.js';

const shortName = (name) => name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('.')) + 1);
const claimLabel = (name) => t.claims[shortName(name)] ?? shortName(name);
/** A claim's name in a sentence. */
export const nameInWords = ({ name, verified }) => (verified === true ? `${claimLabel(name)} (${t.verified})` : claimLabel(name));

/** The same by the name that it is registered and granted under. */
export const claimInWords = (name) => nameInWords({ name, verified: name.startsWith('verified_claims.') });

const dateWords = (date) =>
  language === 'vi'
    ? date.split('-').reverse().join('/')
    : new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(date));

const countryName = (code) =>
  /^[A-Z]{2}$/.test(code) ? (new Intl.DisplayNames(language, { type: 'region' }).of(code) ?? code) : code;

/** A claim's value as people write it. */
function wordsOf(name, value) {
  if (isDocument(shortName(name))) return documentWords(value, t, dateWords);
  if (value === undefined || value === null) return t.none;
  if (shortName(name).endsWith('_matches')) return t.comparisons[value] ?? String(value);
  if (shortName(name) === 'gender' || typeof value === 'boolean') return t.values[value] ?? String(value);
  if (shortName(name) === 'nationalities') return [value].flat().map(countryName).join(', ');
  if (typeof value === 'object') return value.formatted ?? Object.values(value).join(', ');
  return /^\d{4}-\d\d-\d\d$/.test(value) ? dateWords(value) : String(value);
}

/** What a claim is called, and that it is sent as verified. */
const label = ({ name, verified }) => [
  claimLabel(name),
  ...(verified === true ? [' ', element('span', { class: 'verified' }, t.verified)] : []),
];

/** Said once: what goes along with verified claims. */
const verifiedWith = (rows) =>
  rows.some(({ verified }) => verified === true) ? element('p', { class: 'muted' }, t.verifiedWith) : undefined;

const fact = (name, ...values) => element('div', {}, element('dt', {}, ...[name].flat()), element('dd', {}, ...values));
const inLanguage = (text) => text?.[language];
/** Said once above when it is the same for all, else at each. */
const differ = (texts) => new Set(texts).size > 1;

function choice({ name, value, essential, purpose, verified }, at, tellsPurpose) {
  const id = `grant-${at}`;
  const why = [tellsPurpose ? inLanguage(purpose) : undefined, essential ? t.needed : undefined].filter(Boolean);
  return element(
    'div',
    { class: 'check' },
    element('input', {
      type: 'checkbox',
      id,
      name: 'grant',
      value: name,
      'aria-describedby': why.length === 0 ? undefined : `${id}-why`,
    }),
    element(
      'label',
      { for: id },
      element('span', { class: 'claim' }, ...label({ name, verified })),
      element('strong', {}, isolated(wordsOf(name, value))),
    ),
    why.length === 0 ? undefined : element('p', { class: 'muted', id: `${id}-why` }, isolated(why.join(' · '))),
  );
}

/** What the person may grant, nothing ticked: what each is, its value, and why the service wants it. */
export function choices(rows) {
  if (rows.length === 0) return undefined;
  const tellsPurpose = differ(rows.map(({ purpose }) => inLanguage(purpose)));
  return element(
    'fieldset',
    {},
    element('legend', {}, t.shares),
    ...rows.map((row, at) => choice(row, at, tellsPurpose)),
    verifiedWith(rows),
  );
}

/** What a public service reads by law, with the law. */
export function readByLaw(rows) {
  if (rows.length === 0) return [];
  const bases = rows.map(({ legal_basis: basis }) => inLanguage(basis));
  const tellsBasis = differ(bases);
  const read = rows.map(({ name, value, verified }, at) =>
    fact(
      label({ name, verified }),
      isolated(wordsOf(name, value)),
      tellsBasis ? element('span', { class: 'muted' }, isolated(bases[at])) : undefined,
    ),
  );
  return [
    element('h2', {}, t.byLaw),
    tellsBasis ? undefined : element('p', { class: 'muted' }, `${t.basis}: `, isolated(bases[0])),
    element('dl', { class: 'summary facts' }, ...read),
    verifiedWith(rows),
  ];
}

function levelOf(acr) {
  const [, identity, authentication] = /id(\d)-auth(\d)$/.exec(acr) ?? [];
  return fill(t.levelWords, { identity, authentication });
}

/** Counts down for the eye every second, aloud only now and then; at the end the question goes away. */
export function countDown(place, expiresAt, onEnd) {
  const tell = () => {
    const seconds = Math.max(0, Math.floor((Date.parse(expiresAt) - now()) / 1000));
    place.textContent = fill(t.left, { seconds });
    if (seconds === 60 || seconds === 30 || seconds === 10) announce(place.textContent);
    return seconds;
  };
  tell();
  return setInterval(() => {
    if (tell() === 0) onEnd();
  }, 1000);
}

/** The address to compare, which breaks at its dots and port first where it is too long for the line. */
const address = (domain) =>
  element(
    'p',
    { class: 'big-domain' },
    element('bdi', {}, ...domain.split(/(?<=\.)|(?=:)/).flatMap((part, at) => (at === 0 ? [part] : [element('wbr'), part]))),
  );

const purposesOf = (claims) => [...new Set(claims.map(({ purpose }) => inLanguage(purpose)).filter(Boolean))];

/** Which site it is: its address, larger than everything else. A service that asks by itself may quote what it said to the person. */
export const site = ({ client, from, binding_message: message }) => [
  address(client.domain),
  element('p', {}, from === null ? t.serviceWhy : t.questionWhy),
  message === null
    ? undefined
    : element('blockquote', { class: 'quoted' }, element('span', { class: 'muted' }, t.itSays), isolated(message)),
];

const dong = new Intl.NumberFormat('vi-VN');

/** A payment in words: how much, to whom, what for. */
export function payment({ transaction }) {
  if (transaction === null) return undefined;
  const { amount, payee, purpose, reference } = transaction;
  return element(
    'dl',
    { class: 'summary facts' },
    element(
      'div',
      {},
      element('dt', {}, t.amount),
      element('dd', { class: 'amount' }, `${dong.format(amount.value)} ${amount.currency === 'VND' ? 'đồng' : amount.currency}`),
    ),
    fact(t.payee, isolated(payee.name), element('div', { class: 'muted' }, isolated(payee.account))),
    fact(t.paysFor, isolated(purpose)),
    fact(t.paymentReference, isolated(reference)),
  );
}

const moment = new Intl.DateTimeFormat(language === 'vi' ? 'vi-VN' : 'en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** Whose site it is and what it wants. */
export function subject({ client, claims, transaction, until }) {
  if (transaction !== null) return element('dl', { class: 'summary facts' }, fact(t.service, isolated(client.name[language])));
  const purposes = purposesOf(claims);
  return element(
    'dl',
    { class: 'summary facts' },
    fact(t.service, isolated(client.name[language])),
    fact(t.whatFor, ...(purposes.length === 0 ? [t.signInOnly] : purposes.map((text) => element('div', {}, isolated(text))))),
    typeof until === 'string' ? fact(t.endsAt, moment.format(new Date(until))) : undefined,
  );
}

/** Where the request comes from, for a person who wonders whether it is theirs. */
export function circumstances({ from, requested_at: at, acr }) {
  const where = [from?.place, from === null ? undefined : `${t.network} ${from.network}`].filter(Boolean).join(', ');
  const time = new Intl.DateTimeFormat(language === 'vi' ? 'vi-VN' : 'en-GB', { timeStyle: 'short' }).format(new Date(at));
  return element(
    'dl',
    { class: 'summary facts' },
    fact(t.levelAsked, levelOf(acr)),
    from === null
      ? undefined
      : fact(t.from, isolated(from.browser), from.known ? undefined : element('span', { class: 'warned' }, t.newBrowser)),
    from === null ? undefined : fact(t.where, isolated(where)),
    fact(t.when, time),
  );
}
