// What an enrolled phone shows between two requests: the camera, the history, and the way out.
import { scanWithCamera } from './camera.js';
import { consentList } from './consent-list.js';
import { reportSignIn, scan } from './device-client.js';
import { documentList } from './document-list.js';
import { button, element, field } from './elements.js';
import { offlineNotice } from './offline.js';
import { announce, form, onLeave, show, tellWrong } from './screen.js';
import { issuer, t } from './setting.js';
import { signInHistory } from './sign-in-history.js';
import { fill } from './texts.js';
import { waitingRequests } from './waiting-requests.js';

/** The camera behind one button that starts and stops it. */
function scanner(onText, onTrouble) {
  const video = element('video', { playsinline: true, muted: true, hidden: true, 'aria-label': t.cameraOn });
  let stop;
  const end = () => {
    stop?.();
    stop = undefined;
    video.hidden = true;
    toggle.textContent = t.camera;
  };
  const begin = async () => {
    toggle.disabled = true;
    try {
      video.hidden = false;
      stop = await scanWithCamera(video, onText);
      if (!video.isConnected) return end();
      onLeave(end);
      toggle.textContent = t.stopCamera;
      announce(t.cameraOn);
    } catch {
      if (video.isConnected) onTrouble({ code: 'camera' });
    } finally {
      toggle.disabled = false;
    }
  };
  const toggle = button('primary', t.camera, () => (stop === undefined ? begin() : end()));
  return [video, element('p', {}, toggle)];
}

export function showHome(go, phone, error) {
  const take = async (text) => {
    try {
      go.approval(phone, await scan(issuer, phone, text));
    } catch (refusal) {
      await go.refused(phone, refusal);
    }
  };
  const notMe = async (signIn) => {
    try {
      await reportSignIn(issuer, phone, signIn);
      go.ended(phone);
    } catch (refusal) {
      await go.refused(phone, refusal);
    }
  };
  const pasted = form(
    async (data) => {
      const text = String(data.get('qr')).trim();
      if (!tellWrong(pasted, text === '' ? [['qr', t.pasteMissing]] : [])) await take(text);
    },
    field('qr', t.paste, { autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' }),
    element('button', { class: 'secondary' }, t.check),
  );
  const [notice, waiting] = [element('div', {}), element('div', {})];
  show(
    fill(t.ready, { name: phone.account.display_name }),
    error,
    element('p', { class: 'level' }, fill(t.level, { level: phone.account.identity_level })),
    notice,
    waiting,
    element(
      'div',
      { class: 'card' },
      element('h2', {}, t.scanTitle),
      element('p', {}, t.scanLead),
      ...scanner(take, (refusal) => go.home(phone, refusal)),
      pasted,
    ),
    signInHistory(phone, notMe),
    documentList(phone, go),
    consentList(phone, (consent) => go.withdrawal(phone, consent)),
    element(
      'p',
      { class: 'center' },
      button('plain', t.remove, () => go.removal(phone)),
    ),
  );
  // begins once the screen before has ended, as the list below does
  notice.replaceWith(offlineNotice(() => go.home(phone)));
  waiting.replaceWith(
    waitingRequests(
      phone,
      (approval) => go.approval(phone, approval),
      (refusal) => go.refused(phone, refusal),
    ),
  );
}
