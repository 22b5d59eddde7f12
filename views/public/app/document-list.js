// The person's documents: what each agency says of them and why, and the way to add one, send it again, or take it out.
import { claimInWords } from './approval-view.js';
import { cancelDocument, listDocuments, requestDocument } from './device-client.js';
import { documentNames } from './document-words.js';
import { button, element, field, isolated } from './elements.js';
import { form, show, tellTrouble, tellWrong } from './screen.js';
import { issuer, language, t } from './setting.js';
import { fill } from './texts.js';

function row(document, { onAgain, onRemove }) {
  const { type, number, state, reason, agency } = document;
  const what = claimInWords(type);
  const action = (text, label, click) =>
    element('button', { class: 'plain', type: 'button', 'aria-label': fill(label, { document: what }), click }, text);
  return element(
    'li',
    { 'data-document': type, 'data-state': state },
    element('strong', {}, what),
    element(
      'span',
      {},
      ...(number === null ? [] : [isolated(number), ' · ']),
      element('span', { class: state === 'verified' ? 'verified' : '' }, t.documentStates[state]),
    ),
    element('span', { class: 'muted' }, agency.name[language]),
    reason === null ? undefined : element('span', { class: 'muted' }, reason[language]),
    state === 'verified' ? undefined : action(t.documentAgain, t.documentAgainWhich, () => onAgain(document)),
    action(t.documentRemove, t.documentRemoveWhich, () => onRemove(document)),
  );
}

/** Fills a section when the list has come; without a network there is none, nor for people of level 1. */
export function documentList(phone, go) {
  const section = element('section', { class: 'history card', hidden: true });
  if (phone.account.identity_level < 2) return section;
  listDocuments(issuer, phone).then(
    (documents) => {
      if (!section.isConnected) return;
      const ways = {
        onAgain: ({ type, number }) => go.addDocument(phone, { type, number: number ?? '' }),
        onRemove: (document) => go.removeDocument(phone, document),
      };
      section.append(
        element('h2', {}, t.documents),
        documents.length === 0
          ? element('p', {}, t.documentsNone)
          : element('ul', {}, ...documents.map((document) => row(document, ways))),
        element(
          'p',
          {},
          button('secondary', t.documentAdd, () => go.addDocument(phone)),
        ),
      );
      section.hidden = false;
    },
    () => {},
  );
  return section;
}

/** Asks for kind and number, and says what they are for and who is told. */
export function showAddDocument(go, phone, { type = documentNames[0], number = '' } = {}) {
  const answer = async (data, value) => {
    if (value === 'back') return go.home(phone);
    const typed = String(data.get('number')).trim();
    if (tellWrong(place, typed === '' ? [['number', t.documentNumberMissing]] : [])) return;
    try {
      const { agency } = await requestDocument(issuer, phone, { type: data.get('type'), number: typed });
      const texts = [fill(t.documentSentWhat, { agency: agency.name[language] }), t.documentSentNext];
      go.done(phone, { title: t.documentSent, texts, kind: 'done' });
    } catch (refusal) {
      if (go.isGone(refusal)) await go.refused(phone, refusal);
      else tellTrouble(place, refusal);
    }
  };
  const options = documentNames.map((name) => element('option', { value: name, selected: name === type }, claimInWords(name)));
  const place = form(
    answer,
    element('p', {}, t.documentPurpose),
    element(
      'div',
      { class: 'field' },
      element('label', { for: 'type' }, t.documentKind),
      element('select', { id: 'type', name: 'type' }, ...options),
    ),
    field('number', t.document.number, {
      hint: t.documentNumberHint,
      value: number,
      autocomplete: 'off',
      autocapitalize: 'characters',
      spellcheck: 'false',
    }),
    element(
      'div',
      { class: 'equal' },
      element('button', { class: 'primary', value: 'send' }, t.documentSend),
      element('button', { class: 'secondary', value: 'back' }, t.documentBack),
    ),
  );
  show(t.documentAdd, undefined, element('div', { class: 'card' }, place));
}

/** Asks before a document is taken out. */
export function showRemoveDocument(go, phone, { type }) {
  const what = claimInWords(type);
  const answer = async (_, value) => {
    if (value === 'keep') return go.home(phone);
    try {
      await cancelDocument(issuer, phone, type);
    } catch (refusal) {
      return go.isGone(refusal) ? go.refused(phone, refusal) : tellTrouble(place, refusal);
    }
    go.done(phone, { title: t.documentRemoved, texts: [fill(t.documentRemovedWhat, { document: what })], kind: 'done' });
  };
  const place = form(
    answer,
    element('p', {}, t.documentRemoveWhat),
    element(
      'div',
      { class: 'equal' },
      element('button', { class: 'primary', value: 'remove' }, t.documentRemove),
      element('button', { class: 'secondary', value: 'keep' }, t.keepSharing),
    ),
  );
  show(fill(t.documentRemoveTitle, { document: what }), undefined, element('div', { class: 'card' }, place));
}
