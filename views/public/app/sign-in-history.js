// Where this account signed in; a browser never used before comes first, with one tap to stop it.
import { listSignIns } from './device-client.js';
import { element, isolated } from './elements.js';
import { announce } from './screen.js';
import { issuer, language, t } from './setting.js';
import { fill } from './texts.js';

const shown = 5;

const time = new Intl.DateTimeFormat(
  language === 'vi' ? 'vi-VN' : 'en-GB',
  language === 'vi'
    ? { day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit' }
    : { dateStyle: 'medium', timeStyle: 'short' },
);

function row({ id, at, client_name: name, browser, new_browser: isNew, reported }, onNotMe) {
  const label = fill(t.notMeAbout, { service: name[language] });
  return element(
    'li',
    { class: isNew && !reported ? 'alerting' : '' },
    element('strong', {}, isolated(name[language])),
    element('span', { class: 'muted' }, `${time.format(new Date(at))} · `, isolated(browser || t.unknownBrowser)),
    isNew ? element('span', { class: 'flag' }, t.newBrowserFlag) : undefined,
    reported
      ? element('span', { class: 'muted' }, t.reported)
      : element('button', { class: 'plain', type: 'button', 'aria-label': label, click: () => onNotMe(id) }, t.notMeShort),
  );
}

/** Fills a section when the list has come; without a network there is none. */
export function signInHistory(phone, onNotMe) {
  const section = element('section', { class: 'history card', hidden: true });
  listSignIns(issuer, phone).then(
    (signIns) => {
      const first = [...signIns].sort((one, other) => Number(alerts(other)) - Number(alerts(one))).slice(0, shown);
      if (first.length === 0 || !section.isConnected) return;
      section.append(element('h2', {}, t.history), element('ul', {}, ...first.map((signIn) => row(signIn, onNotMe))));
      section.hidden = false;
      if (first.some(alerts)) announce(t.newBrowserTold);
    },
    () => {},
  );
  return section;
}

/** New in the last week and not yet spoken about. */
const alerts = ({ new_browser: isNew, reported, at }) => isNew && !reported && Date.now() - Date.parse(at) < 7 * 86_400_000;
