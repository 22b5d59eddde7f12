// Where this account signed in; a browser never used before comes first, with one tap to stop it.
import { listSignIns } from './device-client.js';
import { element, isolated } from './elements.js';
import { issuer, language, t } from './setting.js';
import { fill } from './texts.js';

const shown = 5;

const when = (at) =>
  new Intl.DateTimeFormat(language === 'vi' ? 'vi-VN' : 'en-GB', { dateStyle: 'short', timeStyle: 'short' }).format(new Date(at));

function row({ id, at, client_name: name, browser, new_browser: isNew, reported }, onNotMe) {
  const label = fill(t.notMeAbout, { service: name[language] });
  return element(
    'li',
    { class: isNew && !reported ? 'alerting' : '' },
    element('strong', {}, isolated(name[language])),
    element('span', { class: 'muted' }, `${when(at)} · `, isolated(browser || t.unknownBrowser)),
    isNew ? element('span', { class: 'flag' }, t.newBrowserFlag) : undefined,
    reported
      ? element('span', { class: 'muted' }, t.reported)
      : element('button', { class: 'plain', type: 'button', 'aria-label': label, click: () => onNotMe(id) }, t.notMeShort),
  );
}

/** Fills a section when the list has come; without a network there is none. */
export function signInHistory(phone, onNotMe) {
  const section = element('section', { class: 'history' });
  listSignIns(issuer, phone).then(
    (signIns) => {
      const first = [...signIns].sort((one, other) => Number(alerts(other)) - Number(alerts(one))).slice(0, shown);
      if (first.length === 0) return;
      section.append(
        element('h3', {}, t.history),
        element('p', { class: 'sr', role: 'status' }, first.some(alerts) ? t.newBrowserTold : ''),
        element('ul', {}, ...first.map((signIn) => row(signIn, onNotMe))),
      );
    },
    () => {},
  );
  return section;
}

/** New in the last week and not yet spoken about. */
const alerts = ({ new_browser: isNew, reported, at }) => isNew && !reported && Date.now() - Date.parse(at) < 7 * 86_400_000;
