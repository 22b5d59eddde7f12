// The register's own look at the face, for one approval: the picture goes to the server and is kept nowhere.
import { showFace } from './device-client.js';
import { button, element } from './elements.js';
import { announce, onLeave } from './screen.js';
import { issuer, t } from './setting.js';

/** Wide enough for a matcher, small enough for a slow network. */
const width = 640;
const quality = 0.85;

function pictureOf(video) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = Math.round((width * video.videoHeight) / video.videoWidth);
  canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/jpeg', quality).split(',')[1];
}

/**
 * A card with a mirror and one button. `onTrouble` gets a refusal; after a match the card says so, and `isDone` is true.
 */
export function faceCheck(phone, approval, onTrouble) {
  const video = element('video', { class: 'mirror', playsinline: true, muted: true, hidden: true, 'aria-label': t.faceMirror });
  const state = element('p', { class: 'muted', role: 'status' }, t.faceWhy);
  let stream;
  const end = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = undefined;
    video.hidden = true;
  };
  const begin = async () => {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user' } });
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    onLeave(end);
    toggle.textContent = t.faceTake;
    announce(t.faceMirror);
  };
  const take = async () => {
    await showFace(issuer, phone, approval, pictureOf(video));
    end();
    check.isDone = true;
    state.textContent = t.faceDone;
    state.className = 'level';
    toggle.remove();
  };
  const toggle = button('secondary', t.faceBegin, async () => {
    toggle.disabled = true;
    try {
      await (stream === undefined ? begin() : take());
    } catch (refusal) {
      if (refusal.code === undefined) end();
      onTrouble(refusal.code === undefined ? { code: 'camera' } : refusal);
    } finally {
      toggle.disabled = false;
    }
  });
  const check = {
    isDone: false,
    place: element('div', { class: 'face' }, element('h2', {}, t.faceTitle), state, video, element('p', {}, toggle)),
  };
  return check;
}
